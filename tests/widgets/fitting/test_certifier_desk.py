"""What is proved from the cuts known so far: nothing too early, and the best of all batches."""

import pytest
import torch

from tnlab.bounds.cut_choice import network_cuts
from tnlab.bounds.cut_spectra import CutSpectra
from tnlab.bounds.error_bound import error_bound
from tnlab.formats import formats
from tnlab_widgets.fitting.certifier_desk import CertifierDesk, cut_count

MODES = (3, 3, 3, 3)
TRAIN = formats["tt"].build(MODES, 2)


@pytest.fixture
def desk(generator):
    desk = CertifierDesk()
    desk.spectra = CutSpectra(torch.randn(MODES, generator=generator, dtype=torch.float64))
    return desk


def known(desk, cuts):
    """Compute these cuts and let them count as one more batch."""
    batch = tuple(desk.spectra.side(cut) for cut in cuts)
    for _ in desk.spectra.fill(batch):
        pass
    desk.known |= frozenset(batch)
    desk.batches += (batch,)


@pytest.mark.parametrize(("order", "count"), [(1, 0), (2, 1), (3, 3), (4, 7), (11, 1023)])
def test_a_tensor_of_order_d_has_half_of_its_proper_subsets_as_cuts(order, count):
    assert cut_count(order) == count


def test_nothing_is_claimed_before_the_cuts_of_the_network_are_known(desk):
    assert desk.answer(TRAIN) is None
    known(desk, network_cuts(TRAIN)[:1])
    assert desk.answer(TRAIN) is None
    known(desk, network_cuts(TRAIN))
    assert desk.answer(TRAIN) is not None
    assert desk.answer(formats["tt"].build((3, 3), 2)) is None  # of other modes


def test_the_bound_is_the_best_of_all_batches_and_rises_to_that_of_all_cuts(desk):
    known(desk, network_cuts(TRAIN))
    first = desk.answer(TRAIN)
    known(desk, desk.spectra.cuts())
    last = desk.answer(TRAIN)
    assert first.certificate.error_bound <= last.certificate.error_bound
    assert last.certificate.error_bound == pytest.approx(error_bound(desk.spectra, TRAIN).error_bound)
    assert last.all_cuts == 7
    assert len(last.one_more) == len(TRAIN.bonds)
    assert all(more <= last.certificate.error_bound for more in last.one_more)


def test_a_closed_desk_has_no_current_tensor(desk):
    assert desk.is_current(0)
    assert not desk.is_current(1)
    desk.closed = True
    assert not desk.is_current(0)
