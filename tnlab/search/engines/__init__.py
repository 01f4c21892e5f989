"""Engines of structure search, one file each. Importing this package registers them."""

from tnlab.search.engines.annealing import Annealing as Annealing
from tnlab.search.engines.auto import Auto as Auto
from tnlab.search.engines.certificate import CertificateSearch as CertificateSearch
from tnlab.search.engines.core_shapes import CoreShapes as CoreShapes
from tnlab.search.engines.greedy_tn import GreedyTN as GreedyTN
from tnlab.search.engines.growth import Growth as Growth
from tnlab.search.engines.hill_climb import HillClimb as HillClimb
from tnlab.search.engines.optuna_samplers import NSGA2 as NSGA2
from tnlab.search.engines.optuna_samplers import TPE as TPE
from tnlab.search.engines.random_search import RandomSearch as RandomSearch
from tnlab.search.engines.reconnect import Reconnect as Reconnect
from tnlab.search.engines.rgtn import RGTN as RGTN
from tnlab.search.engines.svdinstn import SVDinsTN as SVDinsTN
from tnlab.search.engines.tnale import TnALE as TnALE
from tnlab.search.engines.tnga import TNGA as TNGA
from tnlab.search.engines.tnls import TNLS as TNLS
from tnlab.search.engines.train import TrainSearch as TrainSearch
from tnlab.search.engines.tree_splits import TreeSplits as TreeSplits
