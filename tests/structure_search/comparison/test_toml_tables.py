"""Keys of a TOML table are taken one by one, and every other key is refused."""

import pytest

from tnlab.errors import DataError
from tnlab.structure_search.comparison.toml_tables import (
    COUNT,
    ERROR,
    NOISE,
    POSITIVE,
    SEED,
    TEXT,
    Requirement,
    Table,
    one_of,
    one_or_more,
    read_toml,
)

# requirement, values that meet it, values that do not
CASES: list[tuple[Requirement, list, list]] = [
    (TEXT, ["a", " a "], ["", "  ", 1, None]),
    (COUNT, [1, 10**9], [0, -1, 1.0, True, "1"]),
    (SEED, [0, 2**63 - 1], [-1, 2**63, 0.0, False]),
    (POSITIVE, [1, 1e-300], [0, -1.0, float("inf"), float("nan"), True]),
    (NOISE, [0, 0.0, 2.5], [-1e-9, float("inf"), float("nan")]),
    (ERROR, [0.5, 1e-12], [0, 1, 1.0, float("nan")]),
    (one_of("ring", "tree"), ["ring", "tree"], ["rings", "", 1]),
    (one_or_more(COUNT), [3, [1], [1, 2]], [[], [1, 1], [0], [1, "2"], 0]),
]


@pytest.mark.parametrize(("requirement", "good", "bad"), CASES, ids=[case[0].words for case in CASES])
def test_a_requirement_holds_for_its_values_alone(requirement, good, bad):
    assert all(requirement.holds(value) for value in good)
    assert not any(requirement.holds(value) for value in bad)


def test_a_key_is_required_or_has_a_default():
    table = Table("x.toml", {"seeds": 3, "titel": "a"})
    assert table.take("seeds", COUNT) == 3
    assert table.take("family", TEXT, "ring") == "ring"
    with pytest.raises(DataError, match=r"x\.toml: title is missing; it must be a text\. .*Did you mean 'title'"):
        table.take("title", TEXT)
    with pytest.raises(DataError, match="Unknown key 'titel'"):
        table.done()
    with pytest.raises(DataError, match="seeds must be a text, but is 3"):
        table.take("seeds", TEXT)


def test_a_list_of_tables_may_hold_names_alone():
    table = Table("x.toml", {"engines": ["tnls", {"name": "tnga", "keep": 2}], "none": []})
    first, second = table.tables("engines")
    assert (first.place, first.values) == ("x.toml, engines[1]", {"name": "tnls"})
    assert (second.place, second.values) == ("x.toml, engines[2]", {"name": "tnga", "keep": 2})
    with pytest.raises(DataError, match="none must be a list of names or tables"):
        table.tables("none")


def test_a_file_gives_its_outermost_table_and_its_text(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text('title = "a"\n')
    table, text = read_toml(path)
    assert (table.place, table.values, text) == ("x.toml", {"title": "a"}, 'title = "a"\n')
    path.write_text("title = ")
    with pytest.raises(DataError, match=r"x\.toml is not TOML"):
        read_toml(path)
