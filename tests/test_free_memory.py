"""The free memory is known, and what does not fit into it is refused with both sizes."""

import pytest
import torch

from tnlab import free_memory as module
from tnlab.errors import StructureError
from tnlab.formats import formats
from tnlab.free_memory import free_memory, require_room
from tnlab.network.arithmetic import add, multiply
from tnlab.network.network import Network


@pytest.mark.parametrize(("text", "size"), [("8G", 8 * 2**30), ("1.5 MiB", 3 * 2**19), ("4096", 4096), ("2kb", 2048)])
def test_sizes_in_words(monkeypatch, text, size):
    monkeypatch.setenv("TNLAB_MEMORY", text)
    assert free_memory() == size


def test_a_size_that_is_none_is_refused(monkeypatch):
    monkeypatch.setenv("TNLAB_MEMORY", "much")
    with pytest.raises(StructureError, match="such as 8G or 500M, but is 'much'"):
        free_memory()


def test_the_limit_of_a_container_counts(tmp_path):
    assert module._free_in_group(tmp_path) == 2**62
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("50\n")
    (tmp_path / "memory.stat").write_text("anon 3\ninactive_file 20\n")
    assert module._free_in_group(tmp_path) == 2**62
    (tmp_path / "memory.max").write_text("100\n")
    assert module._free_in_group(tmp_path) == 70


def test_this_machine_says_what_is_free(monkeypatch):
    monkeypatch.delenv("TNLAB_MEMORY", raising=False)
    assert 2**20 < free_memory() < 2**50


def test_an_array_that_does_not_fit_is_refused_with_its_size(monkeypatch):
    monkeypatch.setenv("TNLAB_MEMORY", "1G")
    require_room(2**20, torch.ones(1, dtype=torch.float64), "This", "Or not.")
    with pytest.raises(StructureError, match=r"This needs 8\.0 GiB, but 1\.0 GiB are free\. Halve it\."):
        require_room(2**30, torch.ones(1, dtype=torch.float64), "This", "Halve it.")


@pytest.mark.parametrize(("name", "order"), [("tr", 60), ("cp", 50), ("tt", 2000), ("fctn", 8)])
def test_a_tensor_that_does_not_fit_is_not_formed(monkeypatch, name, order):
    """A fully connected network of 8 modes of size 3 is small, but its contraction forms larger arrays."""
    monkeypatch.setenv("TNLAB_MEMORY", "200M")
    structure = formats[name].build((3 if name == "fctn" else 2,) * order, 3 if name == "fctn" else 2)
    network = Network(structure, tuple(torch.ones(()).expand(shape) for shape in structure.core_shapes))
    with pytest.raises(StructureError, match=r"needs .* but 200\.0 MiB are free.* entries\(\)"):
        network.to_tensor()


def test_sums_and_products_that_do_not_fit_are_not_formed(monkeypatch):
    monkeypatch.setenv("TNLAB_MEMORY", "200M")
    structure = formats["tt"].build((2,) * 4, 3000)
    wide = Network(structure, tuple(torch.ones(()).expand(shape) for shape in structure.core_shapes))
    with pytest.raises(StructureError, match=r"The sum .* needs .* but 200\.0 MiB are free"):
        add(wide, wide)
    with pytest.raises(StructureError, match=r"The product .* needs .* but 200\.0 MiB are free"):
        multiply(wide, wide)
    with pytest.raises(StructureError, match=r"A random network .* needs .* but 200\.0 MiB are free"):
        Network.random(structure, generator=torch.Generator())
