"""Comparisons of engines: read from a file, made run by run, summed up, and written down."""
