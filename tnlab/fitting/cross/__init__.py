"""Cross approximation of a tensor train from sampled entries."""
