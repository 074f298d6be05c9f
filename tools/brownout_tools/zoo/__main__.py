"""Builds networks of the zoo; see ``command.py``."""

import logging
import sys

from brownout_tools.zoo.command import main

logging.disable(logging.WARNING)  # ONNX Runtime asks for batch norms to be folded; they are
sys.exit(main())
