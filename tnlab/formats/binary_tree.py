"""Binary tree, also known as hierarchical Tucker format."""

from typing_extensions import override

from tnlab.formats.base import SPACING, AbstractFormat, Topology, formats

STEP = 0.8 * SPACING  # diagram units between neighbouring leaves, and between levels


@formats.register("binary_tree", "ht", "tree", "hierarchical_tucker")
class BinaryTree(AbstractFormat):
    """Balanced binary tree: a core per mode at the leaves, latent cores above them, the root last.

    Bond ``k`` joins core ``k`` to its parent, so the bonds of the leaves come first, in the order of the modes.

    References:
        Hackbusch 2009: https://doi.org/10.1007/s00041-009-9094-9
        Grasedyck 2010: https://doi.org/10.1137/090764189
    """

    label = "Binary tree"
    short = "Tree"
    description = "Cores at the leaves of a balanced tree of latent cores, halves bonded with halves."

    @override
    def topology(self, order: int) -> Topology:
        bonds: list[tuple[int, int]] = []
        positions = [((leaf - (order - 1) / 2) * STEP, 0.0) for leaf in range(order)]

        def grow(first: int, stop: int) -> int:
            """Add the latent cores over the leaves ``first`` to ``stop - 1``; return the topmost."""
            if stop - first == 1:
                return first
            middle = (first + stop + 1) // 2
            left, right = grow(first, middle), grow(middle, stop)
            parent = len(positions)
            (x_left, y_left), (x_right, y_right) = positions[left], positions[right]
            positions.append(((x_left + x_right) / 2, min(y_left, y_right) - STEP))
            bonds.extend(((left, parent), (right, parent)))
            return parent

        grow(0, order)
        return Topology(tuple(sorted(bonds)), tuple(positions))
