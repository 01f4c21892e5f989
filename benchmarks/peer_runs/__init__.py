"""The workloads that tnlab and its peers can both do: one file per family, tnlab beside the others."""

from peer_runs import completion, cp, graphs, paths, tensor_train, tree, tucker
from peer_runs.base import WORKLOADS

__all__ = ["WORKLOADS", "completion", "cp", "graphs", "paths", "tensor_train", "tree", "tucker"]
