"""Gauge of bonds: canonical form, balanced gauge, singular values, resizing of bonds and splitting of cores."""
