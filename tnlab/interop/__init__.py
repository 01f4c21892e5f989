"""Structures as other programs know them: SVG, TikZ, Python source, einsum text."""
