"""``python -m brownout_tools.reproduce``."""

import sys

from brownout_tools.reproduce.command import main

sys.exit(main())
