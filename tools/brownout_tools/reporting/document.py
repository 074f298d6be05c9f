"""An HTML file that needs nothing else: its head, its style, and the scripts of live figures."""

import base64
import hashlib
from collections.abc import Sequence
from html import escape

from brownout_tools.reporting import interactive
from brownout_tools.reporting.interactive import Live
from brownout_tools.reporting.page_style import CSS

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"

# A picture gives way to its live figure once that is there.
START = """
for (const data of document.querySelectorAll("script.live")) {
  const target = document.getElementById(data.dataset.place);
  const figure = target.parentElement;
  figure.classList.add("alive");
  Bokeh.embed.embed_item(JSON.parse(data.textContent), target).catch((error) => {
    figure.classList.remove("alive");
    console.error(error);
  });
}
"""


def html_document(title: str, body: str, live: Sequence[Live] = ()) -> str:
    """Return a page that loads nothing from elsewhere; ``body`` is HTML.

    Only our scripts run: the page's policy names their hashes.
    """
    codes = [interactive.javascript(), START] if live else []
    data = "".join(
        f'<script type="application/json" class="live" data-place="{figure.place}">'
        f"{figure.item.replace('<', chr(92) + 'u003c')}</script>\n"
        for figure in live
    )
    scripts = data + "".join(f"<script>{code}</script>\n" for code in codes)
    policy = POLICY
    if codes:
        policy += f"; script-src {' '.join(map(source_hash, codes))}"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>{escape(title)}</title>\n<style>{CSS}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n{scripts}</body>\n</html>\n"
    )


def source_hash(code: str) -> str:
    """Return how a content security policy names a script."""
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode("ascii")
    return f"'sha256-{digest}'"
