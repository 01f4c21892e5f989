"""Where fits run: in this process, in others, on other machines."""

from tnlab.search.executors.base import AbstractExecutor as AbstractExecutor
from tnlab.search.executors.base import executors as executors
from tnlab.search.executors.dask import Dask as Dask
from tnlab.search.executors.inline import Inline as Inline
from tnlab.search.executors.pool import Pool as Pool
from tnlab.search.executors.spec import executor_of as executor_of
