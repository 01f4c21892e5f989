"""Networks and tensors that the figures are tried on, and what holds of every drawn figure."""

import torch

from tnlab import Network
from tnlab.formats import formats

MODES = (4, 5, 6)
FOUR = (3, 4, 3, 4)  # modes of the tensor whose cuts are drawn
TRAIN = formats["tt"].build(FOUR, 2)
RING = formats["tr"].build(FOUR, 2)
EVIL = '<img src=x onerror="window.hit=1">%{x}&</script>'  # a name that no figure or page may take for markup

# Demsar 2006, table 6: ranks of C4.5, C4.5+m, C4.5+cf and C4.5+m+cf on 14 data sets.
DEMSAR = (
    (4, 3, 2, 1), (1, 2, 3, 4), (4, 1, 2, 3), (4, 1, 3, 2), (4, 2, 3, 1), (1, 2.5, 4, 2.5), (3, 2, 4, 1),
    (2.5, 2.5, 4, 1), (4, 3, 2, 1), (2.5, 2.5, 2.5, 2.5), (4, 2.5, 1, 2.5), (3, 2, 4, 1), (4, 1, 2, 3), (3, 1, 4, 2),
)  # fmt: skip


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def network(name, rank=3, modes=MODES, seed=0):
    """Return a random network of a format."""
    return Network.random(formats[name].build(modes, rank), generator=seeded(seed))


def shown(figure) -> dict:
    """Return a figure as JSON; it has data, and is readable on light and on dark pages."""
    record = figure.to_plotly_json()
    assert record["data"]
    assert record["layout"]["paper_bgcolor"] == "rgba(0, 0, 0, 0)"
    assert record["layout"]["plot_bgcolor"] == "rgba(0, 0, 0, 0)"
    assert record["layout"]["font"]["color"] not in ("#000000", "#ffffff")
    return record
