"""Solvers: each fits the cores of one fixed structure to one tensor. Importing this package registers them."""

from tnlab.solvers.adam import Adam as Adam
from tnlab.solvers.als import ALS as ALS
from tnlab.solvers.base import AbstractSolver as AbstractSolver
from tnlab.solvers.base import Snapshot as Snapshot
from tnlab.solvers.base import Status as Status
from tnlab.solvers.base import solvers as solvers
from tnlab.solvers.completion import Completion as Completion
from tnlab.solvers.completion_als import CompletionALS as CompletionALS
from tnlab.solvers.completion_lbfgs import CompletionLBFGS as CompletionLBFGS
from tnlab.solvers.compressed import Compressed as Compressed
from tnlab.solvers.hooi import HOOI as HOOI
from tnlab.solvers.hosvd import HOSVD as HOSVD
from tnlab.solvers.lbfgs import LBFGS as LBFGS
from tnlab.solvers.levenberg_marquardt import LevenbergMarquardt as LevenbergMarquardt
from tnlab.solvers.nonnegative import Nonnegative as Nonnegative
from tnlab.solvers.progressive import Progressive as Progressive
from tnlab.solvers.robust import Robust as Robust
from tnlab.solvers.st_hosvd import STHOSVD as STHOSVD
from tnlab.solvers.tr_svd import TRSVD as TRSVD
from tnlab.solvers.tree_svd import TreeSVD as TreeSVD
from tnlab.solvers.tt_cross import TTCross as TTCross
from tnlab.solvers.tt_svd import TTSVD as TTSVD
