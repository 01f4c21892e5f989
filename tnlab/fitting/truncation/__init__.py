"""Truncated singular value decompositions of unfoldings, and closed forms built of them."""
