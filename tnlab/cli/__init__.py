"""The command ``tnlab``: its subcommands, in the order of its help."""

from tnlab.cli.app import app as app
from tnlab.cli.app import main as main
from tnlab.cli.bound_command import bound
from tnlab.cli.compare_command import compare
from tnlab.cli.export_command import export
from tnlab.cli.fit_command import fit
from tnlab.cli.lists import list_datasets, list_formats, list_solvers
from tnlab.cli.places import dashboard, lab
from tnlab.cli.search_command import list_engines, resume, search
from tnlab.cli.study_command import studies, study
from tnlab.cli.watch_command import watch

for _command in (lab, dashboard):
    app.command()(_command)
app.command("datasets")(list_datasets)
app.command("formats")(list_formats)
app.command("solvers")(list_solvers)
app.command()(fit)
app.command()(bound)
app.command("engines")(list_engines)
for _command in (search, resume, watch, studies):
    app.command()(_command)
app.add_typer(study)
app.command()(compare)
app.command()(export)
