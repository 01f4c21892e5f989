"""Parse einsum text such as ``'ab,bc->ac'`` into a structure: one core per operand, one letter per mode or bond."""

from collections import Counter
from collections.abc import Sequence

from tnlab.errors import StructureError
from tnlab.network.structure import Bond, Core, Structure

FIRST_SIGN = 192
"""Code point from which every character is an index: opt_einsum continues there after the 52 plain letters."""


def parse_einsum(text: str, modes: Sequence[int] | None = None, rank: int | Sequence[int] = 2) -> Structure:
    """Return the structure that an einsum expression contracts; its cores have no positions yet.

    Letters on the right are modes, in that order. Letters that several operands share are bonds, in
    the order in which they appear; with more than two operands, hyper-bonds. Without ``->`` the
    letters that appear once are the modes, in alphabetical order, as numpy has it.

    Args:
        text: The expression; spaces are ignored.
        modes: Size of every mode; 2 each if not given.
        rank: One rank for all bonds, or one per bond.

    Raises:
        StructureError: The text is not an einsum expression, or its network breaks a rule of structures.

    Example:
        >>> parse_einsum("ir,jr,kr->ijk", modes=(4, 5, 6), rank=3).core_shapes
        ((4, 3), (5, 3), (6, 3))
    """
    operands, output = _split(text)
    _check_operands(operands)
    _check_modes(operands, output)
    carriers = {letter: [core for core, own in enumerate(operands) if letter in own] for letter in "".join(operands)}
    bonds = [letter for letter in carriers if letter not in output]
    sizes = _one_each(2 if modes is None else modes, output, "mode size")
    ranks = _one_each(rank, "".join(bonds), "rank")
    return Structure(
        sizes,
        tuple(Core(tuple(output.index(letter) for letter in own if letter in output)) for own in operands),
        tuple(Bond(tuple(carriers[letter]), rank) for letter, rank in zip(bonds, ranks, strict=True)),
    )


def _one_each(given: int | Sequence[int], letters: str, what: str) -> tuple[int, ...]:
    values = (given,) * len(letters) if isinstance(given, int) else tuple(given)
    if len(values) != len(letters):
        raise StructureError(f"The expression needs a {what} for each of {letters!r}, but got {len(values)}.")
    return values


def _split(text: str) -> tuple[list[str], str]:
    """Split an expression into its operands and its output, which is in alphabetical order if there is no ``->``."""
    plain = "".join(text.split())
    inputs, *outputs = plain.split("->")
    if len(outputs) > 1:
        raise StructureError(f"An einsum expression has at most one '->', but {text!r:.200} has {len(outputs)}.")
    for character in plain.replace("->", ""):
        if character == ".":
            raise StructureError("'...' stands for unnamed modes, but a structure names each: write a letter for each.")
        if not (character.isalpha() or character == "," or ord(character) >= FIRST_SIGN):
            raise StructureError(f"Unknown symbol {character!r} in {text!r:.200}: an index is a single letter.")
    operands = inputs.split(",")
    counts = Counter(inputs.replace(",", ""))
    return operands, outputs[0] if outputs else "".join(sorted(letter for letter in counts if counts[letter] == 1))


def _check_operands(operands: list[str]) -> None:
    for place, operand in enumerate(operands, start=1):
        if not operand:
            raise StructureError(f"Operand {place} is empty: every core needs a mode or a bond.")
        for letter, count in Counter(operand).items():
            if count > 1:
                raise StructureError(
                    f"Index {letter!r} appears {count} times in operand {place} ({operand!r}): "
                    "a core cannot be bonded to itself."
                )


def _check_modes(operands: list[str], output: str) -> None:
    if not output:
        raise StructureError("The expression has no index on the right of '->', but a structure needs a mode.")
    carriers, repeated = Counter("".join(operands)), Counter(output)
    for letter in output:
        if letter == ",":
            raise StructureError(f"The right of '->' lists the modes without commas, but is {output!r:.200}.")
        if repeated[letter] > 1:
            raise StructureError(f"Index {letter!r} appears {repeated[letter]} times on the right of '->', not once.")
        if not carriers[letter]:
            raise StructureError(f"Index {letter!r} is on the right of '->', but in no operand.")
        if carriers[letter] > 1:
            raise StructureError(
                f"Index {letter!r} is on the right of '->' and in {carriers[letter]} operands, "
                "but a mode is carried by exactly one core."
            )
    for letter, count in carriers.items():
        if count == 1 and letter not in output:
            raise StructureError(
                f"Index {letter!r} is in one operand only and not on the right of '->': it is no mode and no bond."
            )
