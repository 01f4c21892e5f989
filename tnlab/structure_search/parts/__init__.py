"""What engines are made of: moves, encodings, rank gains, splits, core shapes."""
