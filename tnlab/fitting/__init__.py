"""The machinery that fits: starts, sweeps, truncation, cross approximation, memory limits."""
