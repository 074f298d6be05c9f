"""The report of a search for the safe voltage: the answer, the chips judged, what limits it."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from brownout_tools.reporting import formats, markup, style, tex
from brownout_tools.reporting.column import Column
from brownout_tools.reporting.document import html_document
from brownout_tools.reporting.formats import Scale
from brownout_tools.reporting.page import configuration_section, page_title
from brownout_tools.reporting.report import Report
from brownout_tools.reporting.search import Judged, Search, read_search
from brownout_tools.reporting.style import Picture


def report(directory: Path) -> Report:
    """Return the report of what ``brownout vmin`` made."""
    search = read_search(directory)
    picture = draw(search)
    caption = f"{headline(search)} Chips that were judged at each voltage."
    table = tex.table(columns(search), search.judged, caption, "search")
    return Report(
        headline(search),
        page(search, picture),
        [picture],
        lambda: [draw(search)],
        {"search": table},
    )


def headline(search: Search) -> str:
    """Return the answer as a sentence."""
    sentence = str(search.answer["sentence"])
    return f"{sentence[:1].upper()}{sentence[1:]}."


def draw(search: Search) -> Picture:
    """Draw what each judged chip loses, and below it how many were judged."""
    with style.settings():
        figure = style.new_figure(7.2, 5.6)
        upper, lower = figure.subplots(2, 1, height_ratios=[3, 1.4], sharex=True)
        places = np.arange(len(search.judged))
        draw_drops(upper, search)
        counts = [len(at.drops) for at in search.judged]
        lower.bar(places, counts, color=style.SKY, width=0.6, label="judged")
        failing = [at.failing for at in search.judged]
        lower.bar(places, failing, color=style.VERMILLION, width=0.6, label="of them fail")
        lower.set_ylabel("chips")
        lower.margins(y=0.25)
        for place, at in enumerate(search.judged):
            text = f"{search.found(at)}"
            lower.annotate(
                *(text, (place, len(at.drops)), (0, 2)),
                textcoords="offset points",
                ha="center",
                fontsize="small",
            )
        lower.set_xticks(places, [at.text for at in search.judged])
        lower.set_xlabel(f"voltage ({search.unit}), where chips were judged")
        lower.grid(axis="x", visible=False)
        lower.legend(loc="best")
        return Picture("search", alt(search), figure)


def draw_drops(axes: Axes, search: Search) -> None:
    """Draw a dot for each chip, side by side, and the drop that is allowed."""
    for passing, color, name in (
        (True, style.BLUE, "a chip that passes"),
        (False, style.VERMILLION, "one that fails"),
    ):
        dots = []
        for place, at in enumerate(search.judged):
            spread = np.linspace(-0.25, 0.25, len(at.drops)) if len(at.drops) > 1 else [0.0]
            chosen = at.passes == passing
            dots += list(zip(place + np.array(spread)[chosen], 100 * at.drops[chosen], strict=True))
        if dots:
            axes.plot(*zip(*dots, strict=True), "o", color=color, ms=4, mew=0, label=name)
    dashed = {"color": style.GREY, "ls": (0, (4, 3)), "lw": 1.2}
    axes.axhline(100 * search.allowed_drop, label="allowed", **dashed)
    axes.margins(y=0.08)
    axes.set_yscale("symlog", linthresh=max(100 * search.allowed_drop, 0.1))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_ylabel(f"{search.metric.name} lost (points)")
    axes.grid(axis="x", visible=False)
    axes.legend(loc="best")


def alt(search: Search) -> str:
    """Return the picture's content in words."""
    values = "; ".join(
        f"{at.text} {search.unit}: {at.failing} of {len(at.drops)} fail, {search.found(at)}"
        for at in search.judged
    )
    return f"What chips lose at each voltage that was looked at. {values}."


def columns(search: Search) -> list[Column[Judged]]:
    """Return the columns of the table per voltage."""

    def points(value: float) -> str:
        return formats.signed(100 * value)

    return [
        Column("voltage", search.unit, "supply of the swept memory", lambda at: at.text, core=True),
        Column(
            "judged", "chips", "whose verdict is known", lambda at: str(len(at.drops)), core=True
        ),
        Column("failing", "chips", "of these", lambda at: str(at.failing), core=True),
        Column("images", "", "that it took", lambda at: formats.count(at.images.sum())),
        Column("mean loss", "points", "over the judged chips", lambda at: points(at.drops.mean())),
        Column(
            "worst loss", "points", "of a judged chip", lambda at: points(at.drops.max()), core=True
        ),
        Column(
            "found",
            "",
            "accepted: enough chips pass; refused: too many fail; open: neither was needed",
            search.found,
            is_text=True,
            core=True,
        ),
    ]


def key_figures(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """Return terms and values of the answer; what it does not have is left out."""

    def share(key: str, decimals: int = 1) -> str:
        return f"{formats.percent(answer[key], decimals)} %"

    found = []
    if answer["voltage"] is not None:
        found.append(("safe down to", f"{answer['voltage']:g} {answer['unit']}"))
    if answer.get("yield_at_least") is not None:
        found.append(("yield at least", share("yield_at_least")))
        found.append(("with confidence", share("confidence", 0)))
    if answer.get("weight_sram_energy_rel") is not None:
        saved = formats.percent(1 - answer["weight_sram_energy_rel"], 1)
        found.append(("weight SRAM energy", f"{saved} % less"))
        found.append(("total energy", f"{formats.percent(1 - answer['energy_rel'], 2)} % less"))
    if answer.get("energy_j") is not None:
        scale = Scale.of([answer["energy_j"]], "J")
        found.append(("energy of an inference", f"{scale.show(answer['energy_j'])} {scale.unit}"))
    return found


def limits(search: Search) -> list[str]:
    """Say what the next lower voltage fails by."""
    answer = search.answer
    found = [
        f"{formats.count(answer['points'])} of {formats.count(answer['grid_points'])} pairs of a "
        f"chip and a voltage were judged, on {formats.count(answer['images'])} images; the whole "
        f"grid has {formats.count(answer['grid_images'])}."
    ]
    if answer.get("limiting_layer"):
        whole, alone = (
            formats.signed(100 * answer[key]) for key in ("limiting_drop_of_all", "limiting_drop")
        )
        found.append(
            f"At {answer['refused_voltage']:g} {search.unit} chip {answer['limiting_chip']} loses "
            f"{whole} points; the faults of layer {answer['limiting_layer']} alone cost {alone}."
        )
    return found


def page(search: Search, picture: Picture) -> str:
    """Return the whole report."""
    title = f"{page_title(search.manifest)}: the safe voltage"
    table = markup.data_table(
        columns(search), search.judged, "Judged chips per voltage", is_chosen=search.is_safe
    )
    caption = (
        "What each judged chip loses against the network without faults, and how many chips were "
        "judged. Accepted: enough of them pass. Refused: too many fail. Open: the search went on "
        "before either was certain."
    )
    sections: Sequence[str] = [
        f"<header>\n<h1>{escape(title)}</h1>\n</header>",
        "<section>",
        markup.paragraph(headline(search), "headline"),
        markup.key_figures(key_figures(search.answer)),
        markup.bullets(limits(search)),
        "</section>",
        f"<section>\n<h2>Picture</h2>\n{markup.picture(picture, caption)}\n</section>",
        f"<section>\n<h2>Per voltage</h2>\n{table}\n</section>",
        configuration_section(search.manifest),
    ]
    return html_document(title, "\n".join(section for section in sections if section))
