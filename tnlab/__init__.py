"""tnlab: draw a tensor network over your data, tweak its ranks, and watch the error.

``__init__.pyi`` lists the public names; Python imports each when it is first used.
"""

import lazy_loader

from tnlab import moved

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
moved.install()
