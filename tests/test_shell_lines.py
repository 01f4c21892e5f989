"""Every line of shell in README and docs can be typed: in a folder with a photograph they run in the order of the page.

A long line runs with a smaller budget, ``SMALLER`` says which. Of a line that needs another machine, a server that
stays, or the network, the command and its options must exist.
"""

import importlib.util
import re
import shlex
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import typer
from PIL import Image
from skimage import data

from tnlab import cli
from tnlab.cli.app import app
from tnlab.cli.entry import MISSED

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
TOLD = [*PAGES, *ROOT.glob("notebooks/*.ipynb")]
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`tnlab ([a-z][^`]*)`")
ELSEWHERE = ("dask:", "postgresql")
SMALLER = {
    r"--max-seconds \d+": "--max-seconds 5 --max-evaluations 2",
    r"(tnlab resume \S+)": r"\1 --max-evaluations 3 --max-seconds 5",
    r"(--target-error \S+ --engine tnale.*)": r"\1 --max-evaluations 2 --max-seconds 5",
    r"--restarts \d+": "--restarts 2 --max-sweeps 10",
    r"--observed 0.2": "--observed 0.2 --max-sweeps 10",
    r"--jobs \d+": "--jobs 1",
    r"/shared/": "FOLDER/",
}
PLAN = {  # of the comparison: its first data set, one seed, few fits
    r"max_evaluations = \d+": "max_evaluations = 2",
    r"seeds = \d+": "seeds = 1",
    r"max_seconds = \d+": "max_seconds = 2",
    r"(?s)(target_errors = 1e-4).*": r"\1\n",
}


def lines(page: Path) -> list[str]:
    """Return the commands in a page's blocks of shell, without their comments."""
    text = "\n".join(BLOCK.findall(page.read_text(encoding="utf-8")))
    words = [word for line in text.splitlines() for word in (*shlex.split(line, comments=True), ";")]
    commands = " ".join(
        word if word == ";" else shlex.quote(word.removesuffix(";")) + ";" * word.endswith(";") for word in words
    )
    return [command.strip() for command in commands.split(";") if command.strip()]


def replaced(text: str, by: dict[str, str]) -> str:
    for pattern, substitute in by.items():
        text = re.sub(pattern, substitute, text)
    return text


def command_of(words: list[str]) -> tuple[list[str], set[str]]:
    """Return the words that name a (sub)command of tnlab, and all options of it."""
    command, named = typer.main.get_command(app), []
    while hasattr(command, "list_commands") and len(named) < len(words):
        word = words[len(named)]
        assert word in command.list_commands(None), f"tnlab {' '.join([*named, word])}: there is no such command"
        command = command.get_command(None, word)
        named.append(word)
    return named, {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}


def exists(words: list[str]) -> None:
    """Check the command of a line that is not run here, and its options or targets."""
    match words:
        case ["tnlab", *rest]:
            named, options = command_of(rest)
            assert {word for word in rest[len(named) :] if word.startswith("--")} <= options
        case ["make", target, *settings]:
            makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
            assert re.search(rf"^{target}:", makefile, re.MULTILINE)
            assert all(re.search(rf"^{each.partition('=')[0]} \?=", makefile, re.MULTILINE) for each in settings)
        case ["dask", subcommand, *_]:
            pytest.importorskip("distributed")
            assert subcommand in {entry.name for entry in entry_points(group="dask_cli")}
        case ["pip", "install", *packages]:
            extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
                "optional-dependencies"
            ]
            own = [each for each in packages if each.startswith("tnlab[")]
            assert all(each[len("tnlab[") : -1] in extras for each in own)
        case _:
            pytest.fail(f"{shlex.join(words)} is neither run nor known")


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A folder with the photograph that the pages speak of, and the plan of a comparison."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TNLAB_STUDIES", str(tmp_path / "studies"))
    Image.fromarray(data.camera()[::8, ::8]).save("photo.png")
    plan, toy = Path("benchmarks/compare_small.toml"), Path("benchmarks/data/tnale_ring_toy.npy")
    toy.parent.mkdir(parents=True)
    toy.write_bytes((ROOT / toy).read_bytes())
    plan.write_text(replaced((ROOT / plan).read_text(encoding="utf-8"), PLAN), encoding="utf-8")
    return tmp_path


def test_most_pages_have_no_line_that_only_exists():
    known = [line for page in PAGES for line in lines(page)]
    run = [line for line in known if line.startswith("tnlab ") and not any(part in line for part in ELSEWHERE)]
    assert len(run) > 20
    assert all(any(re.search(pattern, line) for line in known) for pattern in SMALLER)


@pytest.mark.parametrize("page", [page for page in PAGES if lines(page)], ids=lambda page: page.stem)
def test_every_line_can_be_typed(page, folder, capsys):
    for line in lines(page):
        words = shlex.split(line)
        while "=" in words[0]:
            del words[0]  # a setting of the environment
        if words[0] != "tnlab" or any(part in line for part in ELSEWHERE):
            exists(words)
            continue
        if "sqlite" in line and importlib.util.find_spec("sqlalchemy") is None:
            continue
        smaller = replaced(line, SMALLER).replace("FOLDER", str(folder))
        code = cli.main(shlex.split(smaller)[1:])
        output = capsys.readouterr()
        assert code in (0, MISSED if "search" in line or "resume" in line else 0), f"{smaller}: {code}\n{output.err}"


@pytest.mark.parametrize("page", TOLD, ids=lambda page: page.stem)
def test_commands_named_in_the_text_have_these_options(page):
    for text in INLINE.findall(page.read_text(encoding="utf-8")):
        words = text.replace("\\", "").split()
        named, options = command_of(words)
        used = {word for word in words[len(named) :] if word.startswith("--")}
        assert used <= options, f"`tnlab {text}` in {page.name}"
