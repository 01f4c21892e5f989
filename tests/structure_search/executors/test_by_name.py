"""An executor is found by its name, and one that is named is shared by all that name it."""

import pytest

from tnlab.errors import FormatError, UnknownNameError
from tnlab.structure_search.executors import Inline, by_name, executor_of


@pytest.mark.parametrize(
    ("spec", "error", "words"),
    [
        ("pool:x", FormatError, "as in pool:4, but was given 'x'"),
        ("pool:0", FormatError, "1 to 1024 processes, but 0"),
        ("pol", UnknownNameError, "Did you mean 'pool'"),
        (None, UnknownNameError, "inline"),
    ],
)
def test_executors_that_do_not_exist(spec, error, words):
    with pytest.raises(error, match=words):
        executor_of(spec)


def test_an_executor_that_is_named_is_made_once_and_not_closed(monkeypatch):
    monkeypatch.setattr(by_name, "_kept", {})
    made = []

    class Counting(Inline):
        closed = False
        over = ""

        @classmethod
        def parsed(cls, argument):
            made.append(cls())
            return made[-1]

        def close(self) -> None:
            self.closed = True

    monkeypatch.setattr(by_name, "executors", {"inline": Counting})
    with executor_of("inline") as first, executor_of("inline") as second:
        assert (first.name, second.workers) == ("inline", 1)
    assert [one.closed for one in made] == [False]
    made[0].over = "It has failed."
    executor_of("inline")
    assert len(made) == 2  # one that has failed is made anew
    own = Inline()
    assert executor_of(own) is own
