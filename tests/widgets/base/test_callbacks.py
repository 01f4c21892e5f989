"""Functions of a caller: an exception in one is the caller's, and a method is not kept alive."""

import gc

from tnlab_widgets.base.callbacks import Callback


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
