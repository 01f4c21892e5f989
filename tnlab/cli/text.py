"""Text for a terminal: control characters removed, and tables with aligned columns."""

from collections.abc import Sequence


def plain(text: object) -> str:
    """Return an object as text in which question marks replace control characters, which a terminal would obey."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(text))


def columns(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a text table with aligned columns: numbers to the right, text to the left, None as a hyphen.

    Args:
        head: Title of every column.
        rows: One value per column in each row.
    """
    cells = [list(head), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(head))]
    right = [all(isinstance(row[place], int | float | None) for row in rows) for place in range(len(head))]
    return "\n".join(
        "  ".join(
            text.rjust(width) if side else text.ljust(width)
            for text, width, side in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in cells
    )


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else plain(value)
