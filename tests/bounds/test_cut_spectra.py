"""Spectra kept on disk are taken only where they can be those of the tensor."""

import numpy as np
import torch

from tnlab.bounds.cut_spectra import CutSpectra


def test_entries_that_no_cut_of_the_tensor_has_are_left_out(tmp_path):
    """A tail of another length, one that is not finite, and one under the larger side of its cut."""
    tensor = torch.rand(2, 3, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    first = CutSpectra(tensor, cache=tmp_path)
    list(first.fill())
    true = {cut: first.tail(cut) for cut in first.known}
    assert set(true) == {(0,), (1,), (2,)}
    (file,) = tmp_path.iterdir()
    np.savez(file, **{"0": true[0,], "1": true[1,][:-1], "2": true[2,] * np.nan, "1_2": true[0,]})
    again = CutSpectra(tensor, cache=tmp_path)
    assert again.known == ((0,),)
    for cut, tail in true.items():
        assert np.allclose(again.tail(cut), tail)
