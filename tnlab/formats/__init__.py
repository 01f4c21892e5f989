"""Named formats, one file each. Importing this package registers them, in the order of the editor's menu."""

# ruff: noqa: I001  (the order below is the order of the menu)
from tnlab.formats.base import AbstractFormat as AbstractFormat, Topology as Topology, formats as formats
from tnlab.formats.tensor_train import TensorTrain as TensorTrain
from tnlab.formats.tensor_ring import TensorRing as TensorRing
from tnlab.formats.tucker import Tucker as Tucker
from tnlab.formats.cp import CanonicalPolyadic as CanonicalPolyadic
from tnlab.formats.binary_tree import BinaryTree as BinaryTree
from tnlab.formats.fully_connected import FullyConnected as FullyConnected
from tnlab.formats.grid import Grid as Grid
from tnlab.formats.dimension_tree import DimensionTree as DimensionTree
from tnlab.formats.mera import Mera as Mera
from tnlab.formats.block_term import BlockTerm as BlockTerm
from tnlab.formats.matrix_product_operator import MatrixProductOperator as MatrixProductOperator
from tnlab.formats.kronecker_sum import KroneckerSum as KroneckerSum
from tnlab.formats.monarch import Monarch as Monarch
