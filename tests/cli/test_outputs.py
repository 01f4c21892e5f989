"""Where a network can be saved, and that the saved one is the same."""

import pytest
import torch

from tnlab.cli.outputs import check_target, save_network
from tnlab.errors import DataError
from tnlab.formats import formats
from tnlab.network.network import Network


def test_a_saved_network_is_the_same(tmp_path, generator):
    network = Network.random(formats["tr"].build((2, 3, 4), 2), generator=generator)
    save_network(network, tmp_path / "net")
    again = Network.load(tmp_path / "net")
    assert again.structure == network.structure
    assert all(torch.equal(one, other) for one, other in zip(again.cores, network.cores, strict=True))


def test_a_folder_and_a_place_in_no_folder_are_refused_at_once(tmp_path):
    check_target(None)
    check_target(tmp_path / "net")
    for path in (tmp_path, tmp_path / "none" / "net"):
        with pytest.raises(DataError, match="cannot be saved as"):
            check_target(path)


def test_a_file_that_cannot_be_written_is_a_sentence(tmp_path, generator):
    network = Network.random(formats["tt"].build((2, 3), 2), generator=generator)
    with pytest.raises(DataError, match="cannot be saved as"):
        save_network(network, tmp_path)
