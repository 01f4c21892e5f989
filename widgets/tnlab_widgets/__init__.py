"""Widgets for JupyterLab and Voilà: draw a tensor network, watch it being fitted, watch a search for it.

A widget is imported when it is first asked for: the server of the dashboards imports one small module of this package,
and must not load PyTorch for it.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tnlab_widgets.editor import NetworkEditor as NetworkEditor
    from tnlab_widgets.explorer import Explorer as Explorer
    from tnlab_widgets.workbench import SearchWorkbench as SearchWorkbench

_MODULES = {"NetworkEditor": "editor", "Explorer": "explorer", "SearchWorkbench": "workbench"}
__all__ = ["Explorer", "NetworkEditor", "SearchWorkbench"]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
