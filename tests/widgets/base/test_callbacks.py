"""Functions of a caller: an exception in one is the caller's, and a method is not kept alive."""

import gc

import pytest

from tnlab_widgets.base.callbacks import Callback, Callbacks


def test_an_exception_is_logged_as_that_of_the_function(caplog):
    def careless(number, *, twice):
        raise ZeroDivisionError(number, twice)

    Callback(careless)(1, twice=2)
    [record] = caplog.records
    assert "Your function " in record.getMessage()
    assert "careless" in record.getMessage()
    assert record.exc_info[1].args == (1, 2)


def test_a_method_is_held_weakly_and_any_other_function_strongly():
    class Listener:
        def hear(self, text):
            heard.append(text)

    heard, listener = [], Listener()
    method, function = Callback(listener.hear), Callback(heard.append)
    method("a")
    del listener
    gc.collect()
    method("b")
    function("c")
    assert heard == ["a", "c"]


def test_every_function_of_a_user_is_called_until_it_is_ended():
    heard, told = [], []
    callbacks = Callbacks("on_fit", told.append)
    ends = [callbacks.add(heard.append), callbacks.add(heard.append)]  # the same function twice counts twice
    callbacks.call("a")
    ends[0]()
    ends[0]()
    callbacks.call("b")
    ends[1]()
    callbacks.call("c")
    assert heard == ["a", "a", "b"]
    assert told == []
    with pytest.raises(TypeError, match="on_fit needs a function of one snapshot, but got int"):
        callbacks.add(5)


def test_a_function_that_keeps_raising_is_told_once_until_it_works_again(caplog):
    def careless(number):
        if number != 2:
            raise ZeroDivisionError(f"No {number}.")

    heard, told = [], []
    callbacks = Callbacks("on_fit", told.append)
    callbacks.add(careless)
    callbacks.add(heard.append)
    for number in (0, 1, 2, 3, 4):
        callbacks.call(number)
    assert heard == [0, 1, 2, 3, 4]
    assert [text.partition("raised ")[2] for text in told] == [
        "ZeroDivisionError: No 0. Nothing else has changed.",
        "ZeroDivisionError: No 3. Nothing else has changed.",
    ]
    assert "careless, given to on_fit" in told[0]
    assert len(caplog.records) == 2
