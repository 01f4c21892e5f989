"""Errors as sentences: those of tnlab as they are, others logged."""

import traitlets

from tnlab.errors import DataError
from tnlab_widgets.base.sentences import sentence


def test_errors_of_tnlab_and_of_traits_are_said_as_they_are(caplog):
    assert sentence(DataError("The tensor is zero.")) == "The tensor is zero."
    assert sentence(traitlets.TraitError("No.")) == "No."
    assert not caplog.records


def test_an_unforeseen_error_is_logged_with_its_traceback(caplog):
    said = sentence(ValueError("x" * 1000))
    assert said.startswith("Something failed that tnlab did not foresee: ValueError: xxx")
    assert len(said) < 400
    assert caplog.records[0].exc_info
    assert "not enough memory" in sentence(MemoryError())
