"""Run the command ``tnlab`` as ``python -m tnlab``."""

import sys

from tnlab.cli import main

if __name__ == "__main__":
    sys.exit(main())
