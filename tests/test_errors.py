"""Every deliberate error can be caught as a TnlabError and as the error of Python that it is."""

import pytest

from tnlab import errors


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (errors.StructureError, ValueError),
        (errors.DataError, ValueError),
        (errors.FormatError, ValueError),
        (errors.ExecutorError, RuntimeError),
        (errors.StudyBusyError, RuntimeError),
        (errors.NotInstalledError, ImportError),
        (errors.UnknownNameError, KeyError),
    ],
)
def test_families(error, builtin):
    assert issubclass(error, errors.TnlabError)
    assert issubclass(error, builtin)


def test_an_unknown_name_gets_the_closest_known_one():
    error = errors.UnknownNameError("format", "Tensor_Trian", ["tucker", "tensor_train", "tensor_ring"])
    assert str(error) == (
        "Unknown format 'Tensor_Trian'. Did you mean 'tensor_train'? Known: tensor_ring, tensor_train, tucker."
    )
    assert error.known == ("tensor_ring", "tensor_train", "tucker")


def test_a_name_like_no_other_gets_the_list_alone():
    assert str(errors.UnknownNameError("solver", 7, ["als"])) == "Unknown solver 7. Known: als."


def test_a_missing_package_comes_with_the_command_that_installs_it():
    error = errors.NotInstalledError("dask", "'tnlab[cluster]'")
    assert str(error) == "This needs dask, which is not installed: pip install 'tnlab[cluster]'."
