"""Ways to fit a fixed structure to a tensor."""

from tnlab.solvers.als import ALS as ALS
from tnlab.solvers.base import AbstractSolver as AbstractSolver
from tnlab.solvers.base import Snapshot as Snapshot
from tnlab.solvers.base import Status as Status
from tnlab.solvers.base import solvers as solvers
from tnlab.solvers.compressed import Compressed as Compressed
from tnlab.solvers.completion_als import CompletionALS as CompletionALS
from tnlab.solvers.completion_lbfgs import CompletionLBFGS as CompletionLBFGS
from tnlab.solvers.lbfgs import LBFGS as LBFGS
from tnlab.solvers.levenberg_marquardt import LevenbergMarquardt as LevenbergMarquardt
