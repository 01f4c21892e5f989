"""Executors: where the fits of a search run (this process, a pool of processes, a dask cluster)."""

from tnlab.structure_search.executors.base import AbstractExecutor as AbstractExecutor
from tnlab.structure_search.executors.base import executors as executors
from tnlab.structure_search.executors.by_name import executor_of as executor_of
from tnlab.structure_search.executors.dask import Dask as Dask
from tnlab.structure_search.executors.inline import Inline as Inline
from tnlab.structure_search.executors.pool.executor import Pool as Pool
