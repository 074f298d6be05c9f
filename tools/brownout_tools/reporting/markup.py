"""Small pieces of HTML; every text that comes from data is escaped here."""

import base64
import re
from collections.abc import Callable, Sequence
from html import escape

from brownout_tools.reporting.column import Column, Row
from brownout_tools.reporting.style import Picture

# A number and what it is of: at a line's end both go on.
VALUE = re.compile(
    r"(?<=\d) (?=(?:%|V|Vmin|[mµnpf]?[JsW]|±|points?|images|chips)(?![\w-]))|(?<=±) "
)


# A name such as top-1, or 95 %, which a narrow heading would break in two.
WHOLE = re.compile(r"\w+-\d+|\d+ %")
NO_BREAK = r'<span class="name">\g<0></span>'


def prose(text: str) -> str:
    """Return plain text whose values do not part from their units."""
    return escape(VALUE.sub("\N{NO-BREAK SPACE}", text))


def paragraph(text: str, style: str = "") -> str:
    """Return a paragraph of plain text."""
    attribute = f' class="{style}"' if style else ""
    return f"<p{attribute}>{prose(text)}</p>"


def bullets(texts: Sequence[str]) -> str:
    """Return a list of plain texts."""
    items = "\n".join(f"<li>{prose(text)}</li>" for text in texts)
    return f'<ul class="notes">\n{items}\n</ul>' if texts else ""


def key_figures(figures: Sequence[tuple[str, str]]) -> str:
    """Return boxes of a term and its value."""
    boxes = "\n".join(
        f"<div><dt>{escape(term)}</dt><dd>{prose(value)}</dd></div>" for term, value in figures
    )
    return f'<dl class="figures">\n{boxes}\n</dl>'


def picture(content: Picture, caption: str, style: str = "", of_still: str = "") -> str:
    """Return a picture embedded as SVG; the style ``wide`` scrolls on narrow screens.

    A live figure of its name takes its place on a screen (document.py), and that of the caption's
    end ``of_still``, which tells of what only the picture has.
    """
    data = base64.b64encode(content.page_svg).decode("ascii")
    image = f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(content.alt)}">'
    attribute = f' class="{style}"' if style else ""
    end = f'<span class="still"> {escape(of_still)}</span>' if of_still else ""
    below = f"<figcaption>{escape(caption)}{end}</figcaption>"
    live = f'<div class="live" id="{content.name}"></div>'
    return f'<figure{attribute}><div class="still">{image}</div>{live}{below}</figure>'


def scrolling(table: str, label: str) -> str:
    """Return a table in a region that scrolls sideways, also with the keyboard."""
    return (
        f'<div class="scroll" role="region" aria-label="{escape(label)}" tabindex="0">{table}</div>'
    )


def data_table(
    columns: Sequence[Column[Row]],
    rows: Sequence[Row],
    label: str,
    tag_of: Callable[[Row], str] = lambda row: "",
    is_chosen: Callable[[Row], bool] = lambda row: False,
) -> str:
    """Return a table of data; the first cell of a row is its heading and may carry a tag."""
    head = "".join(heading(column) for column in columns)
    lines = []
    for row in rows:
        tag = f'<span class="tag">{escape(tag_of(row))}</span>' if tag_of(row) else ""
        first, *rest = columns
        cells = f'<th scope="row"{alignment(first)}>{escape(first.cell(row))}{tag}</th>'
        cells += "".join(f"<td{alignment(c)}>{escape(c.cell(row))}</td>" for c in rest)
        start = '<tr class="chosen">' if is_chosen(row) else "<tr>"
        lines.append(f"{start}{cells}</tr>")
    body = "\n".join(lines)
    return scrolling(
        f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>", label
    )


def heading(column: Column[Row]) -> str:
    """Return the heading of a column: title and unit, the meaning as its tooltip."""
    unit = f'<span class="unit">{escape(column.unit)}</span>' if column.unit else ""
    return (
        f'<th scope="col"{alignment(column)} title="{escape(column.meaning)}">'
        f"{WHOLE.sub(NO_BREAK, escape(column.title))}{unit}</th>"
    )


def alignment(column: Column[Row]) -> str:
    """Return the class attribute of a cell."""
    return ' class="text"' if column.is_text else ""


def plain_table(titles: Sequence[str], rows: Sequence[Sequence[str]], label: str) -> str:
    """Return a table of texts."""
    head = "".join(f'<th scope="col" class="text">{escape(title)}</th>' for title in titles)
    body = "\n".join(
        f'<tr><th scope="row" class="text">{escape(first)}</th>'
        + "".join(f'<td class="text">{escape(cell)}</td>' for cell in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return scrolling(
        f'<table class="plain"><thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>',
        label,
    )


def details(title: str, content: str) -> str:
    """Return content that the reader opens."""
    return f"<details><summary>{escape(title)}</summary>\n{content}\n</details>"
