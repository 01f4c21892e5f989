"""tnlab: draw a tensor network over your data, tweak its ranks, and watch the error."""

from tnlab.bounds.cut_spectra import CutSpectra as CutSpectra
from tnlab.bounds.error_bound import Certificate as Certificate
from tnlab.bounds.error_bound import error_bound as error_bound
from tnlab.bounds.parameter_bound import ParameterBound as ParameterBound
from tnlab.bounds.parameter_bound import parameter_bound as parameter_bound
from tnlab.data.observed import Observed as Observed
from tnlab.data.tensor_function import TensorFunction as TensorFunction
from tnlab.network import arithmetic as arithmetic
from tnlab.network import edits as edits
from tnlab.network.contraction import contraction_cost as contraction_cost
from tnlab.network.cuts import cut_rank as cut_rank
from tnlab.network.gauge.canonical import canonical as canonical
from tnlab.network.isomorphism import canonical_form as canonical_form
from tnlab.network.isomorphism import isomorphic as isomorphic
from tnlab.network.network import Network as Network
from tnlab.network.rounding.round_network import round_network as round_network
from tnlab.network.structure import Bond as Bond
from tnlab.network.structure import Core as Core
from tnlab.network.structure import Structure as Structure
from tnlab.solvers.base import Snapshot as Snapshot
from tnlab.solvers.base import Status as Status
from tnlab.solvers.decompose import decompose as decompose
from tnlab.solvers.fit import Fit as Fit
from tnlab.solvers.fit import fit as fit
from tnlab.structure_search import engines as _engines  # noqa: F401  (registers them)
from tnlab.structure_search.engines.base import engines as engines
from tnlab.structure_search.objective import FewestParameters as FewestParameters
from tnlab.structure_search.objective import WeightedSum as WeightedSum
from tnlab.structure_search.run import Search as Search
from tnlab.structure_search.run import SearchResult as SearchResult
from tnlab.structure_search.run import search as search
