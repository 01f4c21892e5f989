"""Tensors truncated to trees of cores by singular value decompositions of unfoldings.

``tree_svd`` peels core after core off a tensor, ``closed_form`` runs that for given ranks or a given error and measures
the error of the result.
"""
