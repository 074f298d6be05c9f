"""A report's page as a browser sees it: text, tables, pictures and what it would fetch."""

from html.parser import HTMLParser
from pathlib import Path

from brownout_tools.reporting.command import main
from reporting_data.synthetic_sweep import Sweep


class Page(HTMLParser):
    """Text, tables and everything that a browser would fetch."""

    FETCHES = ("src", "href", "srcset", "action", "data", "poster", "background")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.fetched: list[str] = []
        self.alts: list[str] = []
        self.tags: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [value or "" for name, value in attributes if name in self.FETCHES]
        self.alts += [value or "" for name, value in attributes if name == "alt"]
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("td", "th"):
            self.cell = True
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.cell = False

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] == ["script"]:
            return
        self.texts.append(data)
        if self.cell:
            self.tables[-1][-1][-1] += " " + data

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def rows(self, table: int) -> list[list[str]]:
        return [[" ".join(cell.split()) for cell in row] for row in self.tables[table]]


def report(sweep: Sweep, directory: Path, *arguments: str) -> Page:
    """Write a sweep, run the command and read its page."""
    assert main([str(sweep.write(directory)), *arguments]) == 0
    return Page((directory / "report.html").read_text(encoding="utf-8"))
