"""Runs one study; see ``command.py``."""

import sys

from brownout_tools.studies.command import main

sys.exit(main())
