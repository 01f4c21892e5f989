"""Grid format, also known as projected entangled pair state (PEPS)."""

from typing_extensions import override

from tnlab.formats.base import SPACING, AbstractFormat, Topology, formats


@formats.register("grid", "peps")
class Grid(AbstractFormat):
    """Cores on a near-square grid, row by row, each bonded to the core on its right, then to the core below.

    If the order has no two factors of about equal size, the last row is shorter.

    References:
        Verstraete 2004: https://arxiv.org/abs/cond-mat/0407066
    """

    label = "Grid"
    short = "Grid"
    description = "Rows and columns of cores, each bonded to the next in its row and in its column."

    @override
    def topology(self, order: int) -> Topology:
        columns = _columns(order)
        bonds: list[tuple[int, int]] = []
        for core in range(order):
            if (core + 1) % columns and core + 1 < order:
                bonds.append((core, core + 1))
            if core + columns < order:
                bonds.append((core, core + columns))
        rows = -(-order // columns)
        x_left, y_top = -(columns - 1) / 2 * SPACING, -(rows - 1) / 2 * SPACING
        places = (divmod(core, columns) for core in range(order))
        return Topology(tuple(bonds), tuple((x_left + x * SPACING, y_top + y * SPACING) for y, x in places))


def _columns(order: int) -> int:
    """Return the number of columns of the grid that is nearest to a full square.

    Example:
        >>> [(order, _columns(order)) for order in (2, 4, 5, 7, 8, 9, 11)]
        [(2, 2), (4, 2), (5, 3), (7, 4), (8, 4), (9, 3), (11, 4)]
    """

    def oddness(columns: int) -> tuple[int, int]:
        rows = -(-order // columns)
        missing = rows * columns - order
        return abs(columns - rows) + 2 * missing, missing

    return min((columns for columns in range(1, order + 1) if columns * columns >= order), key=oddness)
