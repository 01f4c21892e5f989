"""Gauge freedom of bonds: canonical form, balance, singular values, resizing and splitting."""
