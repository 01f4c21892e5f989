"""Engines of structure search, one file each. Importing this package registers them."""

from tnlab.structure_search.engines.annealing import Annealing as Annealing
from tnlab.structure_search.engines.auto import Auto as Auto
from tnlab.structure_search.engines.base import AbstractEngine as AbstractEngine
from tnlab.structure_search.engines.base import engines as engines
from tnlab.structure_search.engines.certificate import CertificateSearch as CertificateSearch
from tnlab.structure_search.engines.core_shapes import CoreShapes as CoreShapes
from tnlab.structure_search.engines.greedy_tn import GreedyTN as GreedyTN
from tnlab.structure_search.engines.growth import Growth as Growth
from tnlab.structure_search.engines.hill_climb import HillClimb as HillClimb
from tnlab.structure_search.engines.optuna_samplers import NSGA2 as NSGA2
from tnlab.structure_search.engines.optuna_samplers import TPE as TPE
from tnlab.structure_search.engines.random_search import RandomSearch as RandomSearch
from tnlab.structure_search.engines.reconnect import Reconnect as Reconnect
from tnlab.structure_search.engines.rgtn import RGTN as RGTN
from tnlab.structure_search.engines.svdinstn import SVDinsTN as SVDinsTN
from tnlab.structure_search.engines.tnale import TnALE as TnALE
from tnlab.structure_search.engines.tnga import TNGA as TNGA
from tnlab.structure_search.engines.tnls import TNLS as TNLS
from tnlab.structure_search.engines.train import TrainSearch as TrainSearch
from tnlab.structure_search.engines.tree_splits import TreeSplits as TreeSplits
