"""Errors as sentences: those of tnlab as they are, others logged."""

from tnlab.errors import DataError
from tnlab_widgets.base.sentences import sentence


def test_errors_of_tnlab_are_said_as_they_are(caplog):
    assert sentence(DataError("The tensor is zero.")) == "The tensor is zero."
    assert not caplog.records


def test_an_unforeseen_error_is_logged_with_its_traceback(caplog):
    said = sentence(ValueError("x" * 1000))
    assert said.startswith("Something failed that tnlab did not foresee: ValueError: xxx")
    assert len(said) < 400
    assert caplog.records[0].exc_info
    assert "not enough memory" in sentence(MemoryError())


def test_a_sentence_that_repeats_a_long_text_is_shortened():
    said = sentence(DataError("It must be short, but is " + "x" * 5000 + "; shorten it."))
    assert said.startswith("It must be short")
    assert said.endswith("shorten it.")
    assert len(said) < 1100
