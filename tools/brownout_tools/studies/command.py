"""``python -m brownout_tools.studies STUDY --out DIR``: runs a study, writes table and picture.

Writes ``DIR/STUDY.csv``, ``STUDY.md``, ``STUDY.png`` and the sweeps below ``DIR/sweeps``; prints
the table. The same command continues a study that was interrupted.
"""

import argparse
import sys
from pathlib import Path

from brownout_tools.reporting.inputs import InputError
from brownout_tools.reporting.outputs import write_files
from brownout_tools.studies import clustering, dies, encodings, faq, mitigations
from brownout_tools.studies.memories import PROFILE
from brownout_tools.studies.study import Study
from brownout_tools.studies.sweeps import Result, Runner, StudyError
from brownout_tools.studies.tables import csv_text

STUDIES: dict[str, Study] = {
    study.name: study
    for study in (encodings.STUDY, clustering.STUDY, dies.STUDY, mitigations.STUDY, faq.STUDY)
}


def positive(text: str) -> int:
    """Parse a whole number above 0."""
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def add_options(parser: argparse.ArgumentParser) -> None:
    """What every study takes."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="results")
    parser.add_argument("--chips", type=positive, metavar="N", help="default: the study's own")
    parser.add_argument("--images", type=positive, metavar="N", help="default: the workload's")
    parser.add_argument("--jobs", type=positive, metavar="N", help="worker processes")
    parser.add_argument(
        "--workload", type=Path, action="append", metavar="FILE", help="default: the study's own"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="changes a key everywhere"
    )
    parser.add_argument(
        "--brownout", type=Path, default=Path("build/release/brownout"), help="the program"
    )


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m brownout_tools.studies",
        description="Run a study: "
        + "; ".join(f"{s.name}: {s.summary}" for s in STUDIES.values())
        + ". Call it from the root of the repository.",
    )
    parser.add_argument("study", choices=list(STUDIES))
    add_options(parser)
    return parser.parse_args(arguments)


def run(study: Study, runner: Runner, workloads: list[Path]) -> list[Result]:
    """All sweeps of a study, one after another."""
    cases = study.cases(workloads)
    results: list[Result] = []
    for number, case in enumerate(cases, 1):
        print(f"{number}/{len(cases)} {', '.join(case.labels.values())}", file=sys.stderr)
        results += runner.sweep(case, study.chips)
    return results


def make(study: Study, args: argparse.Namespace) -> str:
    """Run a study with the options of ``add_options`` and write its files; its table."""
    workloads = args.workload or [Path(name) for name in study.workloads]
    runner = Runner(
        args.brownout, args.out, args.chips, args.images, args.jobs, PROFILE, tuple(args.set)
    )
    results = run(study, runner, workloads)
    table = study.tables(results)
    write_files(
        {
            args.out / f"{study.name}.csv": csv_text(results, study.at).encode(),
            args.out / f"{study.name}.md": table.encode(),
            args.out / f"{study.name}.png": study.picture(results).png,
        }
    )
    return table


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0, or 2 after a message about what failed."""
    args = parse(arguments)
    try:
        print(make(STUDIES[args.study], args), end="")
    except (InputError, StudyError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0
