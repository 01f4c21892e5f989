"""Benchmarks can be started, and every table in the docs is written by a command that the page names."""

import json
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "benchmarks"
PAGES = [ROOT / "docs" / name for name in ("benchmarks.md", "certificates.md", "benchmarks/recovery.md")]
COMMANDS = re.compile(r"`(?:\w+=\S+ )?python (?:-m benchmarks\.|benchmarks/)(\w+)(?:\.py)?([^`]*)`")
WRITTEN = re.compile(r"<!-- begin ([\w -]+) -->\n(.*?)<!-- end \1 -->", re.DOTALL)
PROGRAMS = [path for path in FOLDER.glob("[a-z]*.py") if "__main__" in path.read_text(encoding="utf-8")]
OPTIONAL = {"comm", "playwright", "tensorly", "tnlab_widgets"}  # come with the extras
MEASURED = re.compile(r"\d(?:x\b|\s?(?:%|times\b|ms\b|MiB|KiB))")
# In one process, because torch takes seconds to import: the help of every program.
HELPS = """
import contextlib, io, json, runpy, sys
sys.path[:0] = [{folder!r}, {root!r}]
for path in {programs!r}:
    told, sys.argv = io.StringIO(), [path, "--help"]
    try:
        with contextlib.redirect_stdout(told):
            runpy.run_path(path, run_name="__main__")
    except SystemExit as end:
        print(json.dumps([path, end.code, told.getvalue()]))
    except ModuleNotFoundError as error:
        print(json.dumps([path, error.name, ""]))
"""


@cache
def helps() -> dict[str, tuple[object, str]]:
    """Return, for every program by name, its exit code or the module that is missing, and its help."""
    script = HELPS.format(folder=str(FOLDER), root=str(ROOT), programs=[str(path) for path in PROGRAMS])
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    return {Path(path).stem: (code, text) for path, code, text in map(json.loads, told.splitlines())}


def commands(page: Path) -> list[tuple[str, list[str]]]:
    """Return the programs that a page names, with their words."""
    text = re.sub(r"\n", " ", page.read_text(encoding="utf-8"))
    return [(name, shlex.split(rest)) for name, rest in COMMANDS.findall(text)]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_tells_how_it_is_used(program):
    code, text = helps()[program.stem]
    assert code == 0 or str(code).partition(".")[0] in OPTIONAL
    assert code != 0 or text.startswith("usage:")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_of_the_pages_exist_with_their_options(page):
    assert commands(page)
    for name, words in commands(page):
        assert (FOLDER / f"{name}.py").is_file(), name
        code, text = helps()[name]
        options = {word for word in words if word.startswith("--")}
        assert code != 0 or options <= set(re.findall(r"--[\w-]+", text)), f"{name} {words}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_table_of_measurements_is_written_by_a_command_of_its_page(page):
    """The program that writes a block has its name, or the beginning of it, in its source."""
    text = page.read_text(encoding="utf-8")
    writers = {name for name, words in commands(page) if "--write" in words}
    sources = "".join((FOLDER / f"{name}.py").read_text(encoding="utf-8") for name in writers)
    marks = [mark for mark, _ in WRITTEN.findall(text)]
    options = " ".join(word for _, words in commands(page) for word in words)
    for mark in marks:
        assert any(f'"{name}' in sources for name in (mark, mark.split(" ")[0])) or mark in options, mark
    if page.stem != "certificates":  # whose other tables are of words
        assert "\n|" not in WRITTEN.sub("", text), "a table that no command has written"
    for mark, block in WRITTEN.findall(text):
        dated = re.search(r"Measured \d{4}-\d\d-\d\d, tnlab of commit \w+", block)
        assert dated or mark.startswith("peers"), f"{mark} does not say when it was measured"
    assert (
        not any(mark.startswith("peers") for mark in marks)
        or "Measured" in dict(WRITTEN.findall(text))["peers machine"]
    )


def test_text_repeats_no_number_of_a_table():
    """What tables say is said by their command; text may quote what others have published, or define a column."""
    text = WRITTEN.sub("", PAGES[0].read_text(encoding="utf-8"))
    for sentence in re.split(r"(?<=[.:])\s|\n\n|\n- ", re.sub(r"`[^`]*`", "", text)):
        quoted = re.search(r"published|papers|own programs|within 1 % of", " ".join(sentence.split()))
        assert quoted or not MEASURED.search(sentence), sentence
