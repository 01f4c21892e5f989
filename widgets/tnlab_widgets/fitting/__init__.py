"""Fits and certificates of the Explorer, computed in background threads."""
