"""The README keeps its word: its links, its commands, the minutes on its map."""

import re
from pathlib import Path

import nbformat
import pytest

import course

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))


def rows(text):
    """Lesson file and minutes of every row of a map."""
    return re.findall(r"^\| \[[^\]]+\]\((?:notebooks/)?(\d\d_\w+)\.ipynb\).*\| ([\d+ ]+) \|$", text, re.MULTILINE)


def test_links_lead_to_files():
    for target in re.findall(r"\]\(([^)\s]+)\)", README):
        if not target.startswith("https://"):
            assert (ROOT / target).exists(), f"{target} leads nowhere"


def test_every_command_exists():
    commands = set(re.findall(r"course\.py (\w+)", README))
    assert {"lab", "test"} < commands
    for command in commands:
        assert re.search(rf"^  (  python3 binder/course\.py )?{command} ", course.__doc__, re.MULTILINE), command


def test_map_lists_every_lesson_and_only_those():
    assert [name for name, _ in rows(README)] == [path.stem for path in NOTEBOOKS]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_minutes_agree_with_the_lesson(path):
    start = nbformat.read(NOTEBOOKS[0], as_version=4).cells
    assert dict(rows(README))[path.stem] == minutes(path)
    assert dict(rows("\n".join(cell.source for cell in start)))[path.stem] == minutes(path)


def minutes(path):
    """What the header of a lesson says, as the maps write it: reading and running + exercises."""
    header = nbformat.read(path, as_version=4).cells[0].source
    time = re.search(r"\*\*Time\*\* about (\d+) minutes to read and run, (\d+) for the exercises", header)
    return " + ".join(time.groups())


def test_the_address_of_the_repository_stands_in_one_place():
    places = [line for line in README.splitlines() if "mybinder.org/v2" in line]
    assert len(places) == 1
    assert places[0].startswith("[binder]: ")
