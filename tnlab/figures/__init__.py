"""Figures: one file each, ``*_info`` for what is shown and ``*_plot`` for how (with plotly, an optional dependency)."""
