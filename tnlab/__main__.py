"""``python -m tnlab`` does what the command ``tnlab`` does."""

import sys

from tnlab.cli import main

if __name__ == "__main__":
    sys.exit(main())
