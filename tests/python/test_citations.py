"""Code and comments cite only what the repository holds: its pages, and headings in them."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ["memory", "models", "sim", "workloads", "configs", "tests", "tools", ".github", ".ci"]
ENDINGS = {".cpp", ".hpp", ".py", ".sh", ".txt", ".cmake", ".yaml", ".yml", ".fbs", ".json"}
PAGE = re.compile(r"(?:[\w.-]+/)+[\w.-]+\.md\b")
HEADING = re.compile(r'((?:[\w.-]+/)+[\w.-]+\.md), "([^"]+)"')
NUMBERED = re.compile(r"\bDESIGN(?:\.md)?,? \d")


def texts() -> dict[Path, str]:
    """The source and configuration files, comment signs at the start of lines taken away."""
    here = Path(__file__).resolve()
    paths = [p for folder in FOLDERS for p in sorted((ROOT / folder).rglob("*"))]
    return {
        path: re.sub(r"\n\s*(//+|#)\s*", " ", path.read_text(encoding="utf-8"))
        for path in [ROOT / "CMakeLists.txt", *paths]
        if path.is_file() and path.suffix in ENDINGS and path != here
    }


def page(cited: str, path: Path) -> Path | None:
    """The cited page, from the root or from beside the file."""
    places = [ROOT / cited, path.parent / cited]
    return next((place for place in places if place.is_file()), None)


def test_cited_pages_are_here() -> None:
    cited = [(path, match[0]) for path, text in texts().items() for match in PAGE.finditer(text)]
    assert len(cited) > 15
    missing = [f"{path.relative_to(ROOT)}: {name}" for path, name in cited if not page(name, path)]
    assert not missing


def test_cited_headings_are_in_their_pages() -> None:
    missing, found = [], 0
    for path, text in texts().items():
        for name, heading in HEADING.findall(text):
            held = page(name, path)
            lines = held.read_text(encoding="utf-8").splitlines() if held else []
            found += 1
            if not any(line.startswith("#") and line.lstrip("# ") == heading for line in lines):
                missing.append(f'{path.relative_to(ROOT)}: {name}, "{heading}"')
    assert found > 0
    assert not missing


def test_no_numbered_sections_of_a_design_document_are_cited() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path, text in texts().items()
        for match in NUMBERED.finditer(text)
    ]
    assert not found
