"""Tensor networks: structures, contraction, arithmetic, edits, cuts, graph measures; gauge and rounding."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submodules=["arithmetic", "edits"])
