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


def contrast(one: str, other: str) -> float:
    """Return the contrast of two hexadecimal colours: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def shown(figure) -> dict:
    """Return a figure as JSON; it has data, and text that is readable on its paper."""
    record = figure.to_plotly_json()
    assert record["data"]
    assert contrast(record["layout"]["font"]["color"], record["layout"]["paper_bgcolor"]) >= 4.5
    return record
