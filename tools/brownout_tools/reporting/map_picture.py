"""Draws a fault map.

``python -m brownout_tools.reporting.map_picture MAP.csv --out map.png [--voltage V] [--bank B]``
With a voltage, the cells that fail there are coloured by kind; without one, every listed cell is
coloured by the highest voltage at which it fails.
"""

import argparse
import sys
from pathlib import Path

from brownout_tools.reporting.inputs import InputError, Parser, to_millionths
from brownout_tools.reporting.map_file import FaultMap, read_fault_map
from brownout_tools.reporting.outputs import write_files
from brownout_tools.reporting.plot_map import MAX_BANKS, caption, draw_map


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0, or 2 after a one-line error about bad input."""
    try:
        args = parse(arguments)
        fault_map = read_fault_map(args.map)
        banks = choose_banks(fault_map, args.bank)
        voltage = None if args.voltage is None else parse_voltage(args.voltage)
        content = draw_map(fault_map, banks, voltage, args.out.suffix.lower())
        write_files({args.out: content})
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(caption(fault_map, banks, voltage))
    return 0


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = Parser(
        prog="python -m brownout_tools.reporting.map_picture", description="Draw a fault map."
    )
    parser.add_argument("map", type=Path, metavar="MAP.csv")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help=".png or .svg")
    parser.add_argument("--voltage", metavar="V", help="draw the cells that fail at this voltage")
    parser.add_argument("--bank", type=int, metavar="B", help="draw one bank (default: all)")
    args = parser.parse_args(arguments)
    if args.out.suffix.lower() not in (".png", ".svg"):
        raise InputError(f"--out {args.out}: the name must end in .png or .svg")
    return args


def parse_voltage(text: str) -> int:
    """Return a voltage of the command line in millionths of the map's unit."""
    millionths = to_millionths(text)
    if millionths is None or millionths < 0:
        raise InputError(f"--voltage: '{text}' is not a voltage")
    return millionths


def choose_banks(fault_map: FaultMap, bank: int | None) -> list[int]:
    """Return the banks to draw."""
    if bank is None:
        if fault_map.banks > MAX_BANKS:
            raise InputError(
                f"{fault_map.path}: {fault_map.banks} banks do not fit one picture (at most "
                f"{MAX_BANKS}): choose one with --bank"
            )
        return list(range(fault_map.banks))
    if not 0 <= bank < fault_map.banks:
        raise InputError(f"--bank {bank}: not in 0..{fault_map.banks - 1}")
    return [bank]


if __name__ == "__main__":
    sys.exit(main())
