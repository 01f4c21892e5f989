"""W9: the cost of evaluating one structure in a search, by a converged fit of a ring and by the published loop."""

import torch

from peer_runs import tensors
from peer_runs.base import Goal, Workload, judged
from peer_runs.graphs import RING_EDGES, TimeUpError, Trace, descend, random_cores
from tnlab import fit
from tnlab.formats import formats

STEPS, REPEATS = 10_000, 2  # of Adam per structure, in the code of TNLS and TnALE

EVALUATION = Workload(
    "W9",
    "evaluation of one structure: ring of ranks 4, camera as 4^8",
    tensors.camera_4_8,
    "direct",
    (
        Goal("must", "<= 0.3 s per structure", lambda row: row.seconds <= 0.3),
        Goal("stretch", "0.1 s", lambda row: row.seconds <= 0.1),
    ),
)


for _tolerance in (1e-4, 1e-3):

    @EVALUATION.contestant(f"tnlab fit(tolerance={_tolerance:g})")
    def _(X, tolerance=_tolerance):
        tensor, ring = torch.from_numpy(X), formats["tensor_ring"].build(X.shape, 4)
        return lambda: fit(tensor, ring, tolerance=tolerance), judged(X)


@EVALUATION.contestant("torch Adam, 50 of 20,000 steps, x 400")
def _(X):
    """Evaluate one structure as TNLS and TnALE do; time is extrapolated from fifty Adam steps, the error is theirs."""
    _, text, cores = random_cores(X.shape, RING_EDGES, 0, X)

    class Fifty(Trace):
        def add(self, error):
            super().add(error)
            if len(self.points) == 50:
                raise TimeUpError

    def run():
        trace = Fifty(1e9)
        try:
            descend(text, [0.1 * core for core in cores], X, trace, _adam, torch.float32)
        except TimeUpError:
            return trace.points[-1][1], trace.parameters
        raise AssertionError("descend goes on until it is stopped")

    return run, lambda model: model


def _adam(parameters):
    return torch.optim.Adam(parameters, lr=1e-3)


SCALE = {"torch Adam, 50 of 20,000 steps, x 400": STEPS * REPEATS / 50}
__all__ = ["EVALUATION", "SCALE"]
