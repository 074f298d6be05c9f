"""``python -m brownout_tools.robust``."""

import sys

from brownout_tools.robust.command import main

sys.exit(main())
