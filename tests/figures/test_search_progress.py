"""The path of a search, as data; and that plotly takes it, where plotly is installed."""

import pytest

from tests.figures.samples import shown
from tnlab import Search
from tnlab.data import planted
from tnlab.figures.search_progress import SearchPath, SearchProgress, search_progress_info, search_progress_plot
from tnlab.network.rank_matrix import ring

TRUTH = ring((3,) * 5, (0, 2, 4, 1, 3), (2, 1, 2, 2, 3))
TARGET = 0.012


@pytest.fixture(scope="module")
def searches():
    X = planted(TRUTH, noise=0.01, seed=1)
    names = ("certificate", "random")
    return {name: list(Search(X, TARGET, engine=name, family="ring", max_evaluations=6)) for name in names}


@pytest.fixture(scope="module")
def info(searches):
    return search_progress_info(searches, TARGET)


def test_every_search_has_a_path(searches, info):
    assert [path.name for path in info.paths] == list(searches)
    assert all(path.steps for path in info.paths)


def test_the_best_only_shrinks_and_ends_as_the_search_did(searches, info):
    for path in info.paths:
        end = searches[path.name][-1]
        sizes = [step.parameters for step in path.steps]
        assert sizes == sorted(sizes, reverse=True)
        assert len(set(sizes[:-1])) == len(sizes[:-1])
        assert path.steps[-1].fitted == end.counts.fitted
        assert path.steps[-1].parameters == end.incumbent.parameters
        assert [step.seconds for step in path.steps] == sorted(step.seconds for step in path.steps)


def test_every_step_reached_the_target_when_it_says(searches, info):
    for path in info.paths:
        for step in path.steps:
            then = next(one for one in searches[path.name] if one.counts.fitted == step.fitted)
            assert then.incumbent.relative_error <= TARGET


def test_the_front_falls(info):
    for path in info.paths:
        assert len(path.front) >= 1
        parameters, errors = zip(*path.front, strict=True)
        assert list(parameters) == sorted(parameters)
        assert list(errors) == sorted(errors, reverse=True)


def test_the_bound_is_what_was_proved_and_nothing_that_reached_the_target_is_below(info):
    assert info.bound == TRUTH.parameters
    assert all(step.parameters >= info.bound for path in info.paths for step in path.steps)


def test_a_search_that_missed_has_no_steps(searches):
    paths = search_progress_info(searches, 1e-9).paths
    assert len(paths) == len(searches)
    assert all(path.steps == () and path.front for path in paths)


@pytest.mark.parametrize("searches", [{}, {"none": []}])
def test_nothing_to_show(searches):
    with pytest.raises(ValueError, match="no snapshot"):
        search_progress_info(searches, 0.1)


@pytest.mark.parametrize("over", ["evaluations", "seconds"])
def test_it_is_drawn(info, over):
    pytest.importorskip("plotly")
    drawn = shown(search_progress_plot(info, over=over))
    bound, *paths = (line["name"] for line in drawn["data"])
    assert bound == f"proved for {info.families}: not below {TRUTH.parameters:,}"
    assert info.families
    assert paths == ["certificate"] * 2 + ["random"] * 2
    assert len(drawn["layout"]["shapes"]) == 3


def test_it_is_drawn_without_a_bound_too():
    pytest.importorskip("plotly")
    path = SearchPath("alone", (), ())
    assert not search_progress_plot(SearchProgress((path,), 0.1, None)).layout.shapes
