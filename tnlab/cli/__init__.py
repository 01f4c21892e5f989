"""The command ``tnlab``: one module per subcommand, and what they share."""

from tnlab.cli.entry import main as main
