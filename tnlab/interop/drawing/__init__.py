"""Compute the positions of all shapes in a drawing of a structure, for any file format."""
