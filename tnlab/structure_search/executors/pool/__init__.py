"""Fits in processes of this machine."""
