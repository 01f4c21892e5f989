"""Text from elsewhere without control characters, and aligned columns."""

from tnlab.cli.text import columns, plain


def test_control_characters_become_question_marks():
    assert plain("a\x1b[2J\x07b\nc") == "a?[2J?b?c"
    assert plain("Käse × 3") == "Käse × 3"
    assert plain(3) == "3"


def test_numbers_stand_at_the_right_and_text_at_the_left():
    shown = columns(("name", "size", "error"), [("a", 1234, 0.123456), ("long name", None, 2.0)])
    assert shown.splitlines() == [
        "name        size   error",
        "a          1,234  0.1235",
        "long name      -       2",
    ]


def test_a_cell_cannot_command_the_terminal():
    assert "\x1b" not in columns(("a",), [("\x1b[2J",)])
