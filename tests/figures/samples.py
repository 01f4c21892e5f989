"""Networks and tensors that the figures are tried on, and what holds of every drawn figure."""

import torch

from tnlab import Network
from tnlab.formats import formats

MODES = (4, 5, 6)
FOUR = (3, 4, 3, 4)  # modes of the tensor whose cuts are drawn
TRAIN = formats["tt"].build(FOUR, 2)
RING = formats["tr"].build(FOUR, 2)
EVIL = '<img src=x onerror="window.hit=1">%{x}&</script>'  # a name that no figure or page may take for markup


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
