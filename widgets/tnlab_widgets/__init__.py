"""Widgets for JupyterLab and Voilà: draw a tensor network, watch it being fitted."""

from tnlab_widgets.editor import NetworkEditor as NetworkEditor
from tnlab_widgets.explorer import Explorer as Explorer
