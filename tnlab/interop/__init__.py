"""Convert structures and networks to and from other programs: einsum, tensorly, quimb, Python source, SVG, TikZ."""
