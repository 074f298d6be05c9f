"""A made-up fault map with weak bitlines and a few defects."""

from pathlib import Path

import numpy as np

HEADER = """# banks: {banks}
# rows: {rows}
# columns: {columns}
# unit: Vmin
# lowest_measured: 0.75
# source: made up for a test
bank,row,column,vfail,kind,p
"""


def write_map(path: Path, banks: int = 4, rows: int = 256, columns: int = 128) -> Path:
    """Write a map; a cell's failing voltage is that of its bitline plus its own."""
    random = np.random.default_rng(28)
    bitline = random.normal(0, 0.02, (banks, 1, columns))
    vfail = 0.70 + bitline + random.normal(0, 0.05, (banks, rows, columns))
    lines = []
    for bank, row, column in np.argwhere(vfail >= 0.75):
        kind = ("stuck_at_0", "stuck_at_1")[int(random.integers(2))]
        lines.append(f"{bank},{row},{column},{vfail[bank, row, column]:.6f},{kind},1")
    used = {line.rsplit(",", 3)[0] for line in lines}
    free = [f"{banks - 1},{row},5" for row in range(0, rows, 16)]
    lines += [f"{cell},inf,flip,0.5" for cell in free if cell not in used]
    header = HEADER.format(banks=banks, rows=rows, columns=columns)
    path.write_text(header + "\n".join(lines) + "\n", encoding="utf-8")
    return path
