"""tnlab: draw a tensor network over your data, tweak its ranks, and watch the error.

The public names are listed in ``__init__.pyi``; each is imported when it is first used.
"""

import lazy_loader

from tnlab import moved

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
moved.install()
