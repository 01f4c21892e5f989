"""tnlab: draw a tensor network over your data, tweak its ranks, and watch the error."""

from tnlab.bounds.error_bound import Certificate as Certificate
from tnlab.bounds.error_bound import error_bound as error_bound
from tnlab.bounds.parameter_bound import ParameterBound as ParameterBound
from tnlab.bounds.parameter_bound import parameter_bound as parameter_bound
from tnlab.bounds.spectra import CutSpectra as CutSpectra
from tnlab.data.observed import Observed as Observed
from tnlab.data.tensor_function import TensorFunction as TensorFunction
from tnlab.network import arithmetic as arithmetic
from tnlab.network import edits as edits
from tnlab.network.canonical import canonical as canonical
from tnlab.network.contraction import contraction_cost as contraction_cost
from tnlab.network.cuts import cut_rank as cut_rank
from tnlab.network.isomorphism import canonical_form as canonical_form
from tnlab.network.isomorphism import isomorphic as isomorphic
from tnlab.network.network import Network as Network
from tnlab.network.rounding import round_network as round_network
from tnlab.network.structure import Bond as Bond
from tnlab.network.structure import Core as Core
from tnlab.network.structure import Structure as Structure
from tnlab.search import engines as _engines  # noqa: F401  (registers them)
from tnlab.search.engine import engines as engines
from tnlab.search.objective import FewestParameters as FewestParameters
from tnlab.search.objective import WeightedSum as WeightedSum
from tnlab.search.run import Search as Search
from tnlab.search.run import SearchResult as SearchResult
from tnlab.search.run import search as search
from tnlab.solvers.base import Snapshot as Snapshot
from tnlab.solvers.base import Status as Status
from tnlab.solvers.decompose import decompose as decompose
from tnlab.solvers.fit import Fit as Fit
from tnlab.solvers.fit import fit as fit
