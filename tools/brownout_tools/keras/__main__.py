"""Keras networks as int8 TFLite files; see ``command.py``."""

import sys

from brownout_tools.keras.command import main

sys.exit(main())
