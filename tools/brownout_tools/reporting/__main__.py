"""Entry point of ``python -m brownout_tools.reporting``."""

import sys

from brownout_tools.reporting.command import main

if __name__ == "__main__":
    sys.exit(main())
