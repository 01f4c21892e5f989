"""Alternating least squares on a dimension tree: one sweep updates every core."""
