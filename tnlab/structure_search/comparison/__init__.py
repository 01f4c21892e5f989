"""Comparisons of engines: read a plan from TOML, run every search, summarise the outcomes, write JSON and CSV."""
