"""Arguments of ``python -m brownout_tools.reproduce``."""

import argparse
import sys
from collections.abc import Mapping, Sequence

from brownout_tools.reporting.inputs import InputError
from brownout_tools.reproduce import faq, flatenn, mlsys21
from brownout_tools.studies import command as studies
from brownout_tools.studies.study import Study
from brownout_tools.studies.sweeps import StudyError

PAPERS: Mapping[str, Sequence[Study]] = {
    "mlsys21": mlsys21.STUDIES,
    "faq": faq.STUDIES,
    "flatenn": flatenn.STUDIES,
}


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m brownout_tools.reproduce",
        description="Make a paper's tables again, from the root of the repository.",
    )
    parser.add_argument("paper", choices=list(PAPERS))
    studies.add_options(parser)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run the studies of a paper; return 0, or 2 after a message about what failed."""
    args = _parse(arguments)
    try:
        for study in PAPERS[args.paper]:
            print(f"{study.summary}\n\n{studies.make(study, args)}")
    except (InputError, StudyError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0
