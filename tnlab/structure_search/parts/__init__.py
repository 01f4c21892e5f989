"""Building blocks of engines: moves, encodings of structures, rank gains, trees of splits, core shapes."""
