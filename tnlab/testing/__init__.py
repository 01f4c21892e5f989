"""Contract suites for formats, solvers and engines, and a strategy of random structures; needs pytest, hypothesis."""
