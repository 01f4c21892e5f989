"""Figures, one module each: ``*_info`` computes the data, ``*_plot`` draws it with plotly (an optional dependency)."""
