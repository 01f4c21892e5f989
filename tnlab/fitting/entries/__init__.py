"""Alternating least squares over known entries alone."""
