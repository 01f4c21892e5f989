"""Studies: a search on disk, every evaluation in it, resumable."""
