"""Fits and certificates of the Explorer, in threads of their own."""
