"""Which class of tensorly holds a structure, and the axes that it wants."""

from dataclasses import replace

import pytest

from tnlab.formats import formats
from tnlab.interop.tensorly_form import Factor, TensorlyForm, tensorly_form
from tnlab.network.structure import Bond, Core, Structure


def test_a_train_has_axes_of_size_1_at_its_ends():
    form = tensorly_form(formats["tt"].build((3, 4, 5), (2, 6)))
    assert form is not None
    assert form.kind == "tt"
    assert [factor.shape for factor in form.factors] == [(1, 3, 2), (2, 4, 6), (6, 5, 1)]


def test_factors_follow_the_modes_whatever_the_order_of_the_cores():
    turned = Structure((3, 4, 5), (Core((1,)), Core((0,)), Core((2,))), (Bond((0, 1), 2), Bond((0, 2), 6)))
    form = tensorly_form(turned)
    assert form is not None
    assert [factor.core for factor in form.factors] == [1, 0, 2]
    assert [factor.shape for factor in form.factors] == [(1, 3, 2), (2, 4, 6), (6, 5, 1)]
    assert form.factors[1].axes == (1, 0, 2)  # the mode's axis stands before the bonds in a core


@pytest.mark.parametrize(
    ("name", "kind"), [("tt", "tt"), ("tr", "tr"), ("tucker", "tucker"), ("cp", "cp"), ("mpo", "tt_matrix")]
)
def test_each_class_holds_the_format_of_its_name(name, kind):
    structure = formats[name].build((2, 3, 4, 5), 2)
    form = tensorly_form(structure)
    assert form is not None
    assert form.kind == kind
    assert (form.middle is None) == (kind != "tucker")
    assert tensorly_form(structure, kind) == form


def test_a_matrix_is_held_by_several_classes():
    matrix = formats["tt"].build((3, 4), 2)
    assert tensorly_form(matrix, "cp") == TensorlyForm("cp", (Factor(0, (0, 1), (3, 2)), Factor(1, (0, 1), (4, 2))))
    assert tensorly_form(matrix, "tr") is None


def test_what_no_class_holds_is_none():
    train = formats["tt"].build((2, 2, 2), 2)
    assert tensorly_form(replace(train, cores=(Core((1,)), Core((0,)), Core((2,))))) is None
    assert tensorly_form(formats["fctn"].build((2, 2, 2, 2), 2)) is None
