"""Widgets for JupyterLab and Voilà: draw a tensor network, watch it being fitted, watch a search for it."""

from tnlab_widgets.editor import NetworkEditor as NetworkEditor
from tnlab_widgets.explorer import Explorer as Explorer
from tnlab_widgets.workbench import SearchWorkbench as SearchWorkbench
