"""Rounding: lower the ranks of a network with the least change of its tensor."""
