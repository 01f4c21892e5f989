"""What all figures share: a clear message without plotly, axes and their ticks."""

import builtins

import pytest

from tests.figures.samples import RING, shown
from tnlab.errors import TnlabError
from tnlab.figures import style
from tnlab.figures.cut_tails import cut_tails_info, cut_tails_plot
from tnlab.figures.style import paper_and_ink, side_by_side, styled


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
    assert (layout["title"]["text"], layout["xaxis"]["type"], layout["yaxis"].get("type")) == ("T", "log", None)
    assert (layout["xaxis"]["title"]["text"], layout["yaxis"]["title"]["text"]) == ("across", "up")


@pytest.mark.parametrize(("template", "paper"), [("plotly", "#ffffff"), ("plotly_dark", "#14171b")])
def test_paper_follows_the_template_of_plotly(monkeypatch, template, paper):
    templates = pytest.importorskip("plotly.io").templates
    monkeypatch.setattr(templates, "_default", template)
    assert paper_and_ink()[0] == paper


def test_the_axes_of_every_diagram_hold_what_is_drawn_on_them():
    objects = pytest.importorskip("plotly.graph_objects")
    figure = objects.Figure().add_scatter(x=[1], y=[2, 20]).add_scatter(x=[1], y=[1e-9, None, 1], yaxis="y2")
    layout = styled(figure, title="", log_y=True).layout
    assert layout.yaxis.range[0] < 0.31 < 1.3 < layout.yaxis.range[1]
    assert layout.yaxis2.range[0] < -9 < 0 < layout.yaxis2.range[1]


def test_two_diagrams_stand_side_by_side():
    objects = pytest.importorskip("plotly.graph_objects")
    figure = objects.Figure()
    side_by_side(figure)
    assert figure.layout.xaxis.domain[1] < figure.layout.xaxis2.domain[0]
