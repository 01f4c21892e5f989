"""What a tensor network is: structure, contraction, cuts, edits, and plans for fitting it."""
