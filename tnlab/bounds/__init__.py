"""Certificates: what no fit of a structure can beat, and what no structure of a family can do without."""
