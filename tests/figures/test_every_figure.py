"""Every figure is drawn of hostile and extreme data: names stay text, looks differ, and text is readable."""

import contextlib
import json
import math
import re
from collections import Counter
from dataclasses import replace
from importlib import import_module
from inspect import getmembers, isfunction
from itertools import pairwise
from pkgutil import iter_modules

import numpy as np
import pytest
import torch

import tnlab.figures
from tests.figures.samples import contrast, seeded
from tnlab import CutSpectra, Network, error_bound
from tnlab.figures.bound_against_error import BoundAgainstError, BoundedFit
from tnlab.figures.convergence import Convergence, Course
from tnlab.figures.core_consistency import Consistency
from tnlab.figures.critical_difference import critical_difference_info
from tnlab.figures.cut_tails import CutTail, CutTails, cut_tails_info, cut_tails_plot
from tnlab.figures.error_history import History
from tnlab.figures.factor_plot import FactorColumn, FactorColumns
from tnlab.figures.network_cut import INSIDE, DrawnBond, DrawnCore, NetworkCut, network_cut_info, network_cut_plot
from tnlab.figures.performance_profile import performance_profile_info
from tnlab.figures.proved_minimum import ProvedMinimum
from tnlab.figures.residual_map import ResidualMap, ResidualPanel, residual_map_info, residual_map_plot
from tnlab.figures.scree import BondScree, Scree
from tnlab.figures.search_progress import PathPoint, SearchPath, SearchProgress
from tnlab.figures.unfolding_spectrum import UnfoldingSpectrum
from tnlab.formats import formats

pytest.importorskip("plotly")

MARKUP = "<b>bold</b> & %{evil}\n$y$ "
NAMES = [f"{number} {MARKUP}{'x' * 200}" for number in range(24)]
SPREADS = {
    "none": (),
    "one": (0.5,),
    "equal": (0.5, 0.5, 0.5),
    "zeros": (0.0, 0.0),
    "lost": (math.nan, math.inf, 0.1),
    "wide": (1e-300, 1.0, 1e300),
    "long": tuple(2.0**-k for k in range(200)),
}
MARKED_UP = re.compile(r"<(?!/?(?:br|sup|extra)>)|%\{evil|\$|\n")  # what plotly would not show as letters


def bound_against_error(names, values):
    fits = tuple(BoundedFit(9 + k, error=value, lower=value / 2, upper=value) for k, value in enumerate(values))
    return BoundAgainstError(dict.fromkeys(names, fits))


def convergence(names, values):
    spent = tuple(range(1, len(values) + 1))
    return Convergence(
        tuple(Course(name, evaluations=spent, low=values, median=values, high=values) for name in names), 5, MARKUP * 9
    )


def core_consistency(names, values):
    return tuple(Consistency(k + 1, 100 * value, value) for k, value in enumerate(values))


def critical_difference(names, values):
    return critical_difference_info(dict.fromkeys(names, values))


def cut_tails(names, values):
    cuts = (CutTail(tuple(range(k + 1)), losses=np.array(values), cut_rank=2, loss=0.1) for k in range(len(names)))
    return CutTails(tuple(cuts), 0.1)


def error_history(names, values):
    spent = tuple(range(len(values)))
    return tuple(History(name, sweeps=spent, errors=values, held_out=values) for name in names)


def factor_plot(names, values):
    return FactorColumns(
        MARKUP, 0, columns=tuple(FactorColumn(name, np.array(values), 0.5) for name in names), total=99
    )


def network_cut(names, values):
    cores = tuple(DrawnCore(name, (120.0 * k, 0.0), INSIDE) for k, name in enumerate(names or ["A"]))
    bonds = (DrawnBond((one.position, other.position), 9, False) for one, other in pairwise(cores))
    return NetworkCut(cores, bonds=tuple(bonds), cut_rank=9, error_bound=0.0)


def performance_profile(names, values):
    return performance_profile_info(dict.fromkeys(names, values), MARKUP)


def proved_minimum(names, values):
    points = tuple((9 + k, value) for k, value in enumerate(values))
    return ProvedMinimum((0.1, 0.2), minima=(9, 5), family="ring", fits=dict.fromkeys(names, points))


def residual_map(names, values):
    panels = tuple(ResidualPanel(name, np.array([values, values]), 0.1) for name in names)
    return ResidualMap(panels, rows="mode 0", columns="mode 1", error=0.1)


def scree(names, values):
    return Scree(tuple(BondScree(name, np.array(values), np.array(values)) for name in names), exact=True)


def search_progress(names, values):
    steps = tuple(PathPoint(9 + k, fitted=k + 1, seconds=value) for k, value in enumerate(values))
    front = tuple((9 + k, value) for k, value in enumerate(values))
    return SearchProgress(tuple(SearchPath(name, steps, front) for name in names), 0.1, bound=5, families=MARKUP * 9)


def unfolding_spectrum(names, values):
    modes = tuple(range(len(names)))
    return UnfoldingSpectrum(modes, modes, values=np.array(values), rank=1, error=1e-20)


def plots():
    """Return all functions of ``tnlab.figures`` whose names end in ``_plot``, by the name of their module."""
    modules = [import_module(f"tnlab.figures.{module.name}") for module in iter_modules(tnlab.figures.__path__)]
    return {
        module.__name__.rpartition(".")[2]: function
        for module in modules
        for name, function in getmembers(module, isfunction)
        if name.endswith("_plot") and function.__module__ == module.__name__
    }


PLOTS = plots()


def texts(part):
    """Return all texts in a part of a figure's JSON."""
    if isinstance(part, str):
        return [part]
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return [text for one in inner for text in texts(one)]


def colours(part, paper):
    """Return the colour of every text in a part of a figure's JSON, with what it stands on."""
    if isinstance(part, list):
        return [pair for one in part for pair in colours(one, paper)]
    if not isinstance(part, dict):
        return []
    found = [pair for one in part.values() for pair in colours(one, paper)]
    if "textfont" in part:
        return [*found, *zip(part["textfont"]["color"], part["marker"]["color"], strict=True)]
    return found + [(font["color"], paper) for key in ("font", "tickfont") if "color" in (font := part.get(key, {}))]


def check(figure):
    """Refuse a figure with markup of a name, with two looks alike, with a name that is too long, or with pale text."""
    record = json.loads(figure.to_json())
    data, layout = record["data"], {key: part for key, part in record["layout"].items() if key != "template"}
    assert not [text for text in texts([data, layout]) if MARKED_UP.search(text)]
    pairs = colours([data, layout], layout["paper_bgcolor"])
    assert pairs
    assert min(contrast(*pair) for pair in pairs) >= 4.5
    told = [trace for trace in data if trace.get("showlegend", layout.get("showlegend", True))]
    assert max((len(trace["name"]) for trace in told), default=0) <= 160
    looks = Counter(map(look, told))
    assert not [one for one, count in looks.items() if count > 1]


class RefusedError(Exception):
    """A figure needs other data, and says which."""


def made(name, names, values):
    """Return the data of a figure; refuse them where the figure's own function says what it needs."""
    try:
        return globals()[name](names, values)
    except ValueError as error:
        if re.search("need|must", str(error)):
            raise RefusedError from error
        raise


def look(trace):
    """Return what tells a series from the others of its diagram."""
    line, marker = trace.get("line", {}), trace.get("marker", {})
    line = (line.get("color"), line.get("dash")) if "lines" in trace.get("mode", "") else ()
    marker = (str(marker.get("color")), str(marker.get("symbol"))) if "markers" in trace.get("mode", "") else ()
    return trace.get("xaxis"), line, marker


def test_all_figures_are_tried():
    assert len(PLOTS) >= 14
    assert all(name in globals() for name in PLOTS)


@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize("name", PLOTS)
def test_any_data_is_drawn_or_refused_in_words(name, spread):
    for count in (0, 2, 24):
        with contextlib.suppress(RefusedError):
            check(PLOTS[name](made(name, NAMES[:count], SPREADS[spread])))


@pytest.mark.parametrize("name", PLOTS)
def test_text_is_readable_on_dark_paper(monkeypatch, name):
    monkeypatch.setattr(pytest.importorskip("plotly.io").templates, "_default", "plotly_dark")
    figure = PLOTS[name](globals()[name](NAMES[:3], (0.5, 0.25)))
    assert contrast(figure.layout.paper_bgcolor, "#000000") < 2
    check(figure)


@pytest.mark.parametrize("cores", [1, 14, 30, 200])
def test_networks_of_many_cores_show_their_ranks(cores):
    structure = formats["tt"].build((2,) * cores, 2)
    named = replace(structure, cores=tuple(replace(c, name=f"<b>{k}</b>") for k, c in enumerate(structure.cores)))
    tensor = torch.rand((2,) * 3, generator=seeded())
    certificate = error_bound(tensor, formats["tt"].build((2,) * 3, 1))
    figure = network_cut_plot(network_cut_info(named, replace(certificate, crossing=(0,) if cores > 1 else ())))
    check(figure)
    written = [note for note in figure.layout.annotations if note.text == "2"]
    assert len(written) == cores - 1
    assert next(list(line.customdata) for line in figure.data if "rank" in (line.hovertemplate or "")) == [2] * (
        cores - 1
    )


@pytest.mark.parametrize("modes", [(7,), (2, 300), (3, 4, 5), (2, 2, 2, 2), (2, 2, 2, 2, 2)])
def test_residuals_of_all_orders_are_seen(modes):
    tensor = torch.rand(modes, generator=seeded())
    figure = residual_map_plot(
        residual_map_info(tensor, Network.random(formats["tt"].build(modes, 1), generator=seeded()))
    )
    check(figure)
    for trace, axis in zip(figure.data, figure.select_yaxes(), strict=True):
        assert (trace.type, len(trace.y)) == ("scatter", 7) if len(modes) == 1 else trace.type == "heatmap"
        assert axis.scaleanchor is None or max(trace.z.shape) <= 10 * min(trace.z.shape)


def test_exact_tensors_have_no_cut():
    train = formats["tt"].build((3, 3, 3, 3), 2)
    exact = CutSpectra(Network.random(train, generator=seeded()).to_tensor())
    figure = network_cut_plot(network_cut_info(train, error_bound(exact, train)))
    assert "No cut" in figure.layout.title.text
    assert "below" not in str(cut_tails_plot(cut_tails_info(exact, train)).to_json())
