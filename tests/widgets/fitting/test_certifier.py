"""Bounds in the background: they hold, they rise, the newest question is answered, and they end with the widget."""

import threading
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.waiting import PATIENCE, wait_for
from tnlab.bounds.error_bound import error_bound
from tnlab.formats import formats
from tnlab.network.edits import add_bond, set_rank
from tnlab.network.structure import Bond, Core, Structure
from tnlab.solvers.fit import fit
from tnlab_widgets import Explorer
from tnlab_widgets.fitting import certifier as certificates
from tnlab_widgets.fitting.certifier import Certifier, cache_folder
from tnlab_widgets.fitting.certifier_desk import Bound, Minimum


class Listener:
    """A certifier and everything it has told."""

    def __init__(self, tensor):
        self.bounds: list[Bound] = []
        self.minima: list[Minimum] = []
        self.certifier = Certifier(self.bounds.append, self.minima.append)
        self.certifier.load(tensor)

    def complete(self, structure):
        """Wait for all that can be known of a structure."""
        found = self.certifier.ask(structure)
        if found is not None and found.complete:
            return found
        wait_for(lambda: any(bound.complete and bound.structure == structure for bound in self.bounds))
        return self.bounds[-1]


@pytest.fixture
def listen():
    opened = []

    def listen(tensor):
        opened.append(Listener(tensor))
        return opened[-1]

    yield listen
    for listener in opened:
        listener.certifier.close()


@pytest.fixture
def tensor(generator):
    return torch.randn(4, 3, 4, 3, 4, generator=generator)


RING = formats["tr"].build((4, 3, 4, 3, 4), 2)


def test_the_bound_holds_and_rises_with_the_cuts(listen, tensor, monkeypatch):
    monkeypatch.setattr(certificates, "REPORT_EVERY", -1.0)
    listener = listen(tensor)
    last = listener.complete(RING)
    told = [bound.certificate.error_bound for bound in listener.bounds]
    assert told == sorted(told)
    assert [bound.certificate.cuts for bound in listener.bounds] == sorted(b.certificate.cuts for b in listener.bounds)
    assert last.certificate.cuts == last.all_cuts == 15
    assert last.certificate.error_bound == pytest.approx(error_bound(tensor, RING).error_bound)
    assert 0 < last.certificate.error_bound <= fit(tensor, RING).relative_error
    assert len(last.one_more) == 5
    assert max(last.one_more) <= last.certificate.error_bound


def test_once_the_cuts_are_known_an_edit_is_answered_at_once(listen, tensor):
    listener = listen(tensor)
    before = listener.complete(RING).certificate.error_bound
    for structure in (set_rank(RING, 0, 3), add_bond(RING, (0, 2), 2), formats["tucker"].build(RING.modes, 2)):
        answer = listener.certifier.ask(structure)
        assert answer is not None
        assert answer.certificate.error_bound == pytest.approx(error_bound(tensor, structure).error_bound)
    assert listener.certifier.ask(add_bond(RING, (0, 2), 3)).certificate.error_bound < before


def test_trees_are_bracketed(listen, tensor):
    train = formats["tt"].build(RING.modes, 2)
    proof = listen(tensor).complete(train).certificate
    assert proof.error_bound <= fit(tensor, train).relative_error <= proof.upper_bound


def test_only_the_newest_structure_and_tensor_are_answered(listen, tensor):
    listener = listen(tensor)
    other = torch.ones(5, 5, 5)
    listener.certifier.ask(RING)
    listener.certifier.load(other)
    structure = formats["tr"].build((5, 5, 5), 1)
    assert listener.complete(structure).certificate.error_bound == pytest.approx(0, abs=1e-5)
    told = len(listener.bounds)
    assert listener.bounds[-1].structure == structure
    assert listener.certifier.ask(RING) is None  # of another tensor
    assert len(listener.bounds) == told


def test_the_newest_target_gets_its_minimum(listen, tensor):
    listener = listen(tensor)
    assert listener.certifier.aim(0.5).running
    listener.complete(RING)
    listener.certifier.aim(0.3)
    wait_for(lambda: listener.minima and not listener.minima[-1].running and listener.minima[-1].target == 0.3)
    found = listener.minima[-1].found
    assert found is not None
    assert 0 < found.parameters <= (found.incumbent or np.inf)
    again = listener.certifier.aim(0.3)
    assert again.found is found
    assert not again.running
    assert not listener.certifier.aim(1.0).running  # everything reaches it: nothing to prove


def test_nothing_is_claimed_where_there_are_too_many_latent_cores(listen):
    modes = (2,) * 10
    train = formats["tt"].build(modes, 2)
    latent = range(10, 25)
    cores, bonds = (Core(()),) * len(latent), tuple(Bond((0, core), 1) for core in latent)
    many = replace(train, cores=train.cores + cores, bonds=train.bonds + bonds)
    listener = listen(torch.randn(modes))
    listener.certifier.ask(many)
    wait_for(lambda: listener.certifier._desk.complete)  # all is known that there is to know
    assert listener.certifier.ask(many) is None
    assert listener.complete(train).certificate.error_bound > 0
    assert {bound.structure for bound in listener.bounds} <= {train}


@pytest.mark.parametrize("nothing", [torch.zeros(3, 3, 3), torch.ones(7)], ids=["no norm", "no cuts"])
def test_a_tensor_without_cuts_or_norm_has_no_bound(listen, tensor, nothing):
    """The worker passes it over, and answers what is asked next."""
    listener, looked = listen(nothing), threading.Event()
    prover, following = listener.certifier._prover, listener.certifier._prover._next

    def noted():
        taken = following()
        if taken is None and prover.desk.tensor is nothing:
            looked.set()
        return taken

    prover._next = noted
    structure = Structure(tuple(nothing.shape), (Core(tuple(range(nothing.ndim))),), ())
    assert listener.certifier.ask(structure) is None
    assert looked.wait(PATIENCE)
    assert listener.bounds == []
    listener.certifier.load(tensor)
    assert listener.complete(RING).structure == RING
    assert {bound.structure for bound in listener.bounds} == {RING}


def test_a_vector_has_no_fewest_parameters(listen):
    assert not listen(torch.ones(7)).certifier.aim(0.1).running


def test_spectra_are_kept_on_disk_where_that_is_possible(listen, tensor, tmp_path, monkeypatch):
    monkeypatch.setenv("TNLAB_CACHE", str(tmp_path))
    first = listen(tensor).complete(RING).certificate
    assert len(list((tmp_path / "spectra").glob("*.spectra"))) == 1
    assert listen(tensor).complete(RING).certificate.error_bound == first.error_bound
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("TNLAB_CACHE", str(blocked))
    assert listen(tensor).complete(RING).certificate.error_bound == pytest.approx(first.error_bound)


def test_where_spectra_are_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("TNLAB_CACHE", "off")
    assert cache_folder() is None
    monkeypatch.setenv("TNLAB_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path / "spectra"
    monkeypatch.delenv("TNLAB_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "tnlab" / "spectra"


def test_the_worker_ends_with_its_owner(listen, tensor):
    listener = listen(tensor)
    listener.complete(RING)
    assert listener.certifier.is_alive
    listener.certifier.close()
    assert not listener.certifier.is_alive


# In the Explorer


def test_the_bound_never_lies_above_the_error_and_answers_the_newest_edit(explorer):
    widget = explorer.widget
    explorer.until(lambda: explorer.seen.bound.get("complete"))
    pairs = []
    widget.on_fit(lambda report: pairs.append((widget.structure, widget.certificate, report)))
    for rank in (5, 6, 3, 2):
        edit = explorer.propose(set_rank(widget.structure, 1, rank))
        assert explorer.seen.bound["edit"] == edit  # in the same message as the counts
        explorer.settled()
    assert pairs
    for structure, certificate, report in pairs:
        if certificate is not None and report.network is not None and report.network.structure == structure:
            assert certificate.error_bound <= report.relative_error + 1e-9
    assert widget.certificate.error_bound == explorer.seen.bound["error_bound"]
    assert widget.certificate.upper_bound >= widget.relative_error - 1e-6


def test_the_bound_and_the_minimum_follow_data_and_target(explorer):
    widget = explorer.widget
    explorer.until(lambda: explorer.seen.minimum.get("parameters"))
    before = explorer.seen.minimum
    explorer.command("target", value=0.2)
    explorer.until(lambda: explorer.seen.minimum["target"] == 0.2 and not explorer.seen.minimum["running"])
    assert explorer.seen.minimum["parameters"] < before["parameters"]
    explorer.command("reshape", modes=[256, 256], order="plain")
    assert widget.certificate is None or widget.certificate.cuts <= 1
    explorer.until(
        lambda: explorer.seen.bound and explorer.seen.bound["complete"] and not explorer.seen.minimum["running"]
    )
    assert (explorer.seen.bound["all_cuts"], explorer.seen.bound["edit"]) == (1, explorer.seen.edit)
    assert (
        explorer.seen.bound["error_bound"]
        <= explorer.settled()["relative_error"]
        <= explorer.seen.bound["upper"] + 1e-6
    )


def test_what_belonged_to_a_structure_before_a_restore_is_seen_to(explorer):
    widget = explorer.widget
    explorer.propose(add_bond(widget.structure, (0, 3), 3))
    explorer.settled()
    seen = []
    widget.observe(lambda change: seen.append((change["new"], explorer.seen.fit["edit"])), "wire_edit")
    explorer.command("restore", id=1)
    first = explorer.seen.edit
    assert explorer.seen.bound["edit"] == first == "python:1"
    explorer.settled()
    explorer.propose(add_bond(widget.structure, (0, 3), 3))
    explorer.settled()
    explorer.command("restore", id=1)
    assert explorer.seen.edit == "python:2"
    assert all(drawn != fitted for drawn, fitted in seen)
    assert explorer.settled()["edit"] == explorer.seen.edit


def test_closing_the_explorer_ends_the_certificates(page):
    shown = page(Explorer("camera", modes=(16,) * 4, structure=("tr", 3)))
    shown.until(lambda: shown.seen.bound)
    shown.widget.close()
    wait_for(lambda: not shown.piece._certifier.is_alive)


def test_equal_tensors_have_one_set_of_spectra(listen, tensor):
    listeners = [listen(tensor), listen(tensor.clone())]
    proofs = [listener.complete(RING).certificate.error_bound for listener in listeners]
    assert proofs[0] == proofs[1]
    first, second = (listener.certifier._desk.spectra for listener in listeners)
    assert first is second
    other = listen(tensor + 1)
    other.complete(RING)
    assert other.certifier._desk.spectra is not first
