"""The command ``tnlab``: one module per subcommand, and what they share."""

from tnlab.cli.app import main as main
