"""Old import paths of moved modules: an import hook resolves them, with a warning, for one release."""

import contextlib
import importlib
import importlib.util
import pkgutil
import sys
import warnings
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from typing_extensions import override

UNTIL = "0.3"  # the first release without the old paths

# The old and the new path of the package of structure search. The old one is now the function ``tnlab.search``. Modules
# of the package that MODULES does not list keep their names.
SEARCH, STRUCTURE_SEARCH = "tnlab.search", "tnlab.structure_search"
FUNCTIONS = (SEARCH, "tnlab.data.planted")  # old paths that are the names of functions today

MODULES = {  # the new path of every other moved module, by its old path
    "tnlab.bounds.spectra": "tnlab.bounds.cut_spectra",
    "tnlab.data.planted": "tnlab.data.planted_tensors",
    "tnlab.fitting.sweep.pairwise": "tnlab.network.pairwise",
    "tnlab.fitting.truncation.unfolding": "tnlab.fitting.unfolding_svd",
    "tnlab.network.adjacency": "tnlab.network.rank_matrix",
    "tnlab.network.balance": "tnlab.network.gauge.balance",
    "tnlab.network.canonical": "tnlab.network.gauge.canonical",
    "tnlab.network.chain": "tnlab.fitting.cross.train",
    "tnlab.network.closed_form": "tnlab.fitting.truncation.closed_form",
    "tnlab.network.cross": "tnlab.fitting.cross.passes",
    "tnlab.network.dimension_tree": "tnlab.fitting.sweep.dimension_tree",
    "tnlab.network.entry_groups": "tnlab.fitting.entries.grouping",
    "tnlab.network.entry_sweep": "tnlab.fitting.entries.sweep",
    "tnlab.network.entry_tree": "tnlab.fitting.entries.contraction_tree",
    "tnlab.network.growth": "tnlab.fitting.bond_gains",
    "tnlab.network.least_cuts": "tnlab.network.cuts",
    "tnlab.network.loop_rounding": "tnlab.network.rounding.loop",
    "tnlab.network.maxvol": "tnlab.fitting.cross.maxvol",
    "tnlab.network.memory": "tnlab.fitting.memory",
    "tnlab.network.memory_needs": "tnlab.fitting.memory",
    "tnlab.network.mode_scaling": "tnlab.fitting.mode_scaling",
    "tnlab.network.normal_equations": "tnlab.fitting.sweep.normal_equations",
    "tnlab.network.objective": "tnlab.fitting.least_squares",
    "tnlab.network.peeling": "tnlab.fitting.truncation.tree_svd",
    "tnlab.network.quasi_newton": "tnlab.fitting.lbfgs_steps",
    "tnlab.network.ridge": "tnlab.fitting.sweep.fading_ridge",
    "tnlab.network.spectra": "tnlab.network.gauge.bond_spectra",
    "tnlab.network.split": "tnlab.network.gauge.split_core",
    "tnlab.network.starts": "tnlab.fitting.svd_start",
    "tnlab.network.sweep_plan": "tnlab.fitting.sweep.steps",
    "tnlab.network.sweeps": "tnlab.fitting.sweep.plan",
    "tnlab.network.tree_plan": "tnlab.fitting.sweep.tree_plan",
    "tnlab.network.tree_rounding": "tnlab.network.rounding.tree",
    "tnlab.network.truncation": "tnlab.fitting.unfolding_svd",
    "tnlab.network.warm_start": "tnlab.fitting.warm_start",
    "tnlab.search.bond_ranks": "tnlab.structure_search.parts.ranks_from_cuts",
    "tnlab.search.coding": "tnlab.structure_search.parts.rank_codes",
    "tnlab.search.comparison.origins": "tnlab.structure_search.comparison.tensors",
    "tnlab.search.comparison.pool": "tnlab.structure_search.comparison.processes",
    "tnlab.search.comparison.tables": "tnlab.structure_search.comparison.toml_tables",
    "tnlab.search.core_shape": "tnlab.structure_search.parts.core_shape",
    "tnlab.search.diagonal_network": "tnlab.structure_search.parts.diagonal_network",
    "tnlab.search.engine": "tnlab.structure_search.engines.base",
    "tnlab.search.executors.pool": "tnlab.structure_search.executors.pool.executor",
    "tnlab.search.executors.pool_crew": "tnlab.structure_search.executors.pool.crew",
    "tnlab.search.executors.pool_freight": "tnlab.structure_search.executors.pool.shared_tensor",
    "tnlab.search.executors.pool_process": "tnlab.structure_search.executors.pool.worker_start",
    "tnlab.search.executors.pool_service": "tnlab.structure_search.executors.pool.worker",
    "tnlab.search.executors.spec": "tnlab.structure_search.executors.by_name",
    "tnlab.search.gains": "tnlab.structure_search.parts.rank_gains",
    "tnlab.search.logs": "tnlab.structure_search.studies.logs",
    "tnlab.search.logs.base": "tnlab.structure_search.studies.logs.base",
    "tnlab.search.logs.database": "tnlab.structure_search.studies.logs.database",
    "tnlab.search.logs.file": "tnlab.structure_search.studies.logs.file",
    "tnlab.search.logs.tables": "tnlab.structure_search.studies.logs.database_tables",
    "tnlab.search.logs.writer": "tnlab.structure_search.studies.logs.writer",
    "tnlab.search.moves": "tnlab.structure_search.parts.moves",
    "tnlab.search.neighbours": "tnlab.structure_search.nearest_fits",
    "tnlab.search.sketches": "tnlab.structure_search.parts.split_trees",
    "tnlab.search.slices": "tnlab.structure_search.parts.rank_one_slices",
    "tnlab.search.study": "tnlab.structure_search.studies.study",
    "tnlab.search.study_checks": "tnlab.structure_search.studies.lines",
    "tnlab.search.study_export": "tnlab.structure_search.studies.export",
    "tnlab.search.study_folder": "tnlab.structure_search.studies.folder",
    "tnlab.search.study_lines": "tnlab.structure_search.studies.lines",
    "tnlab.search.study_reader": "tnlab.structure_search.studies.reader",
    "tnlab.search.study_resume": "tnlab.structure_search.resume",
    "tnlab.search.study_summary": "tnlab.structure_search.studies.summary",
}


def install() -> None:
    """Register the import hook for old paths, once, ahead of the finders of the file system.

    So an old path is resolved even where its folder still exists, empty.
    """
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def new_path(old: str) -> str:
    """Return the new import path of a module, given the old one; an empty string if it has not moved."""
    if old in MODULES:
        return MODULES[old]
    package, _, module = old.rpartition(".")
    if old == SEARCH or package == SEARCH or package.startswith(f"{SEARCH}."):
        return f"{new_path(package)}.{module}" if old != SEARCH else STRUCTURE_SEARCH
    return ""


class _Finder(MetaPathFinder):
    """Import hook that finds the old path of a moved module."""

    @override
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        new = new_path(fullname) if fullname.startswith("tnlab.") else ""
        if not new or (fullname not in MODULES and importlib.util.find_spec(new) is None):
            return None
        return ModuleSpec(fullname, _Loader(new), is_package=fullname == SEARCH)


class _Loader(Loader):
    """Loader that makes an old path an alias of the module at the new path, and warns of the deprecation."""

    def __init__(self, new: str) -> None:
        self.new = new

    @override
    def exec_module(self, module: ModuleType) -> None:
        old = module.__name__
        found = importlib.import_module(self.new)
        warnings.warn(
            f"{old} is now {self.new}; the old path works until tnlab {UNTIL}.", DeprecationWarning, stacklevel=2
        )
        if old in FUNCTIONS:
            sys.modules[old] = _as_module(old, found)
        else:
            sys.modules[old] = _OldPackage(old, found) if hasattr(found, "__path__") else found


class _OldPackage(ModuleType):
    """A package at its old path: it has what the new one has, and the modules that left it under their old names."""

    def __init__(self, old: str, found: ModuleType) -> None:
        super().__init__(old, found.__doc__)
        self.__path__, self._found = [], found

    def __getattr__(self, name: str) -> Any:
        old = f"{self.__name__}.{name}"
        return importlib.import_module(old) if old in MODULES else getattr(self._found, name)


def _as_module(old: str, found: ModuleType) -> ModuleType:
    """Return the function that a package exports under an old path, with the attributes of the module that moved.

    So ``from tnlab.search import engines`` works although ``tnlab.search`` is a function, and leaves it one.
    """
    package, _, name = old.rpartition(".")
    function = getattr(importlib.import_module(package), name)
    for inner in pkgutil.iter_modules(getattr(found, "__path__", [])):
        importlib.import_module(f"{found.__name__}.{inner.name}")
    for attribute, value in vars(found).items():
        if not attribute.startswith("_"):
            setattr(function, attribute, value)
    for inner, new in MODULES.items():
        if inner.rpartition(".")[0] == old:
            with contextlib.suppress(ModuleNotFoundError):  # an optional package is not installed
                setattr(function, inner.rpartition(".")[2], importlib.import_module(new))
    if hasattr(found, "__path__"):
        function.__path__ = []
    function.__spec__ = ModuleSpec(old, None, is_package=hasattr(found, "__path__"))
    return function
