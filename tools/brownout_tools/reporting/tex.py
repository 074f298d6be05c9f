"""Tables for papers: LaTeX with booktabs, units in the heading, every text escaped."""

from collections.abc import Sequence

from brownout_tools.reporting.column import Column, Row

SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "±": r"$\pm$",
    "µ": r"\textmu{}",
    **{letter: f"\\{letter}" for letter in "&%$#_{}"},
}


def escape(text: str) -> str:
    """Return a text as LaTeX prints it; a dash that stands for nothing becomes one."""
    return "--" if text == "-" else "".join(SPECIAL.get(letter, letter) for letter in text)


def table(columns: Sequence[Column[Row]], rows: Sequence[Row], caption: str, label: str) -> str:
    """Return a table environment of the columns of the core."""
    shown = [column for column in columns if column.core]
    head = " & ".join(escape(column.title) for column in shown)
    units = " & ".join(f"({escape(column.unit)})" if column.unit else "" for column in shown)
    lines = [" & ".join(escape(column.cell(row)) for column in shown) for row in rows]
    body = "\n".join(f"    {line} \\\\" for line in lines)
    aligned = "".join("l" if column.is_text else "r" for column in shown)
    return (
        "% Needs \\usepackage{booktabs}.\n"
        "\\begin{table}\n  \\centering\n"
        f"  \\caption{{{escape(caption)}}}\n  \\label{{tab:{label}}}\n"
        f"  \\begin{{tabular}}{{{aligned}}}\n    \\toprule\n"
        f"    {head} \\\\\n    {units} \\\\\n    \\midrule\n{body}\n    \\bottomrule\n"
        "  \\end{tabular}\n\\end{table}\n"
    )
