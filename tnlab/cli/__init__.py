"""The command ``tnlab``."""

from tnlab.cli.app import main as main
