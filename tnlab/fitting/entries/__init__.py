"""Networks and the environments of their cores at given entries of the tensor, for fits to known entries alone."""
