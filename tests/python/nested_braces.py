"""Finds braced lists that GCC 12 destroys twice, in the syntax tree that clang prints.

`Fact{{"key", title()}, value()}`: where value() throws, GCC 12 destroys what the inner list made
once as members and once as a whole, when one of the inner elements is a constant. The same holds
for an inner list that stands as a default member initializer. Not hit, and so not found: an inner
list with its type's name before it, of a type with a constructor, of a type that owns nothing, or
with nothing behind it that can throw.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# "| | `-InitListExpr 0x55 <line:3:1, col:5> 'Fact':'brownout::cli::Fact'"
NODE = re.compile(r"(?P<bars>[ |`-]*)(?P<kind>[A-Z]\w*)(?: 0x[0-9a-f]+)?(?P<rest>.*)")
PLACE = re.compile(r"<(?P<spot>[^<>]*)>")
SPOT = re.compile(r"(?:(?P<file>[^\s,:<>]+):)?(?P<line>\d+):\d+")
TYPE = re.compile(r"'([^']*)'(?::'([^']*)')?")

# Of the standard library: what frees memory when it is destroyed.
OWNERS = re.compile(
    r"^(const )?std::(__cxx11::)?(basic_string|vector|map|set|multimap|deque|list|unique_ptr|"
    r"shared_ptr|function|variant|optional|any|filesystem::path|pair|tuple)\b(?!.*[*&]$)"
)
MAY_THROW = re.compile(
    r"(CallExpr|CXXMemberCallExpr|CXXOperatorCallExpr|CXXConstructExpr|CXXTemporaryObjectExpr|"
    r"CXXNewExpr|CXXThrowExpr|CXXStdInitializerListExpr)$"
)


@dataclass
class Node:
    kind: str
    rest: str
    place: str
    children: list[Node] = field(default_factory=list)

    @property
    def type(self) -> str:
        """Of an expression, without aliases."""
        found = TYPE.search(self.rest)
        return (found.group(2) or found.group(1)).removeprefix("const ") if found else ""


def parse(dump: str) -> list[Node]:
    """The trees of a dump. Clang names a file and a line only where they change."""
    roots: list[Node] = []
    stack: list[tuple[int, Node]] = []
    file = line = ""
    for text in dump.splitlines():
        match = NODE.match(text)
        if match is None or text.startswith("Dumping "):
            continue
        place = PLACE.search(match["rest"])
        spots = place["spot"] if place else ""
        start = ""
        for number, spot in enumerate(spots.split(", ")):
            at = SPOT.search(spot)
            if at:
                file = at["file"] if at["file"] not in (None, "line") else file
                line = at["line"]
            if number == 0:
                start = f"{file}:{line}"
        after = SPOT.match(match["rest"][place.end() :].strip()) if place else None
        if after:
            file = after["file"] if after["file"] not in (None, "line") else file
            line = after["line"]
        node = Node(match["kind"], match["rest"], start)
        depth = len(match["bars"])
        while stack and stack[-1][0] >= depth:
            stack.pop()
        (stack[-1][1].children if stack else roots).append(node)
        stack.append((depth, node))
    return roots


def walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from walk(child)


def classes(nodes: list[Node], scope: str = "") -> Iterator[tuple[str, Node]]:
    """Every class that is defined in them, with its full name."""
    for node in nodes:
        inner = scope
        if node.kind in ("NamespaceDecl", "CXXRecordDecl"):
            name = re.search(r" (\w+)(?: definition| inline)?$", node.rest)
            inner = f"{scope}{name.group(1)}::" if name else scope
        if node.kind == "CXXRecordDecl" and node.rest.endswith(" definition"):
            yield inner.removesuffix("::"), node
        yield from classes(node.children, inner)


def may_throw(node: Node) -> bool:
    return any(MAY_THROW.match(n.kind) and "noexcept" not in n.rest for n in walk(node))


class Types:
    """Which classes of a dump own memory, and which of them are aggregates."""

    def __init__(self, roots: list[Node]) -> None:
        self.owning: set[str] = set()
        self.aggregates: set[str] = set()
        for name, node in classes(roots):
            data = next((c for c in node.children if c.kind == "DefinitionData"), None)
            if data is None:
                continue
            if " aggregate" in data.rest:
                self.aggregates.add(name)
            if any(c.kind == "Destructor" and "non_trivial" in c.rest for c in data.children):
                self.owning.add(name)

    def owns(self, name: str) -> bool:
        return bool(OWNERS.match(name)) or re.sub(r"\[\d+\]$", "", name) in self.owning

    def is_nested_list(self, node: Node) -> bool:
        """Whether it makes an aggregate in place, without its name."""
        if node.kind == "CXXDefaultInitExpr":
            return node.type in self.aggregates and self.owns(node.type)
        if node.kind != "InitListExpr":
            return False
        return self.owns(node.type) or any(self.owns(child.type) for child in node.children)


def found_in(dump: str) -> Iterator[str]:
    """`file:line: class within class` of each list that would be destroyed twice."""
    roots = parse(dump)
    types = Types(roots)
    for node in (node for root in roots for node in walk(root)):
        if node.kind != "InitListExpr" or node.type.endswith("]"):
            continue
        for at, child in enumerate(node.children):
            if types.is_nested_list(child) and any(map(may_throw, node.children[at + 1 :])):
                yield f"{node.place}: {child.type} within {node.type}"
