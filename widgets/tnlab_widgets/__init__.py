"""Widgets for JupyterLab, Notebook, Voilà and marimo: draw a tensor network, watch its fit, watch structure searches.

The widgets are listed in ``__init__.pyi``; each is imported when it is first used. The server of the dashboards imports
only ``kernel_socket`` of this package, and so loads no PyTorch.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
