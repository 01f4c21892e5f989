"""What all figures share: a clear message without plotly, axes and their ticks."""

import builtins

import pytest

from tests.figures.samples import RING, shown
from tnlab.errors import TnlabError
from tnlab.figures import style
from tnlab.figures.cut_tails import cut_tails_info, cut_tails_plot
from tnlab.figures.style import many_decades, side_by_side, styled


def test_without_plotly(monkeypatch, spectra):
    real = builtins.__import__

    def missing(name, *rest):
        if name.startswith("plotly"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(TnlabError, match=r"pip install 'tnlab\[lab\]'"):
        style.plotly_objects()
    with pytest.raises(TnlabError, match="plotly"):
        cut_tails_plot(cut_tails_info(spectra, RING))


def test_styled_gives_titles_and_axes():
    objects = pytest.importorskip("plotly.graph_objects")
    figure = objects.Figure().add_scatter(x=[1, 10], y=[1, 2])
    assert styled(figure, title="T", x="across", y="up", log_x=True) is figure
    layout = shown(figure)["layout"]
    assert (layout["title"]["text"], layout["xaxis"]["type"], layout["yaxis"]["type"]) == ("T", "log", "linear")
    assert (layout["xaxis"]["title"]["text"], layout["yaxis"]["title"]["text"]) == ("across", "up")


@pytest.mark.parametrize(("values", "power"), [((1, 2000), True), ((1, 900), False), ((0, -1), False), ((), False)])
def test_many_decades_are_labelled_by_powers_of_ten(values, power):
    objects = pytest.importorskip("plotly.graph_objects")
    figure = many_decades(objects.Figure(), values)
    assert (figure.layout.yaxis.exponentformat == "power") == power


def test_two_diagrams_stand_side_by_side():
    objects = pytest.importorskip("plotly.graph_objects")
    figure = objects.Figure()
    side_by_side(figure)
    assert figure.layout.xaxis.domain[1] < figure.layout.xaxis2.domain[0]
