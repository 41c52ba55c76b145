"""A reader's work, packed on one machine and brought back on another."""

import io
import json
import shutil
import zipfile
from pathlib import Path

import nbformat
import pytest

from forcefield.my_work import bring_back, is_changed, my_work, pack

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
LESSON = "00_start_here.ipynb"


@pytest.fixture
def course(tmp_path):
    """Two fresh copies of a lesson with its script: here, and on another machine."""
    for folder in (tmp_path / "here", tmp_path / "there"):
        (folder / "scripts").mkdir(parents=True)
        shutil.copy(NOTEBOOKS / LESSON, folder)
        shutil.copy(NOTEBOOKS / "scripts" / "00_start_here.py", folder / "scripts")
    return tmp_path / "here", tmp_path / "there"


def answer(folder, words):
    """Write an answer into the lesson's first code cell."""
    book = nbformat.read(folder / LESSON, as_version=4)
    next(cell for cell in book.cells if cell.cell_type == "code").source = words
    nbformat.write(book, folder / LESSON)


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("[0-9]*.ipynb")), ids=lambda path: path.stem)
def test_a_fresh_lesson_is_not_changed(path):
    assert not is_changed(path)


def test_running_a_lesson_does_not_change_it_and_writing_does(course):
    here, _ = course
    book = nbformat.read(here / LESSON, as_version=4)
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], 7
    nbformat.write(book, here / LESSON)
    assert not is_changed(here / LESSON)
    assert pack(here)[1] == []
    answer(here, "my_own_answer = 3")
    assert is_changed(here / LESSON)


def test_work_is_packed_and_brought_back(course):
    here, there = course
    answer(here, "my_own_answer = 3")
    (here / "mine.ipynb").write_text("{}")
    (here / "data").mkdir()
    (here / "data" / "exercises_solved.json").write_text('["1.1", "1.2"]')
    (there / "data").mkdir()
    (there / "data" / "exercises_solved.json").write_text('["2.1"]')
    content, names = pack(here)
    assert names == [LESSON, "mine.ipynb", "data/exercises_solved.json"]
    said = " ".join(bring_back(content, there))
    assert (there / LESSON).read_bytes() == (here / LESSON).read_bytes()
    assert (there / "mine.ipynb").read_text() == "{}"
    assert json.loads((there / "data" / "exercises_solved.json").read_text()) == ["1.1", "1.2", "2.1"]
    assert "3 exercises are solved." in said
    assert sorted(path.name for path in there.glob("*.ipynb")) == [LESSON, "mine.ipynb"]  # the fresh one is replaced


def test_what_was_changed_there_is_kept(course):
    here, there = course
    answer(here, "answer = 'here'")
    answer(there, "answer = 'there'")
    before = (there / LESSON).read_bytes()
    said = bring_back(pack(here)[0], there)
    assert said == [f"{LESSON} is back (what stood here is now 00_start_here_before_1.ipynb)."]
    assert (there / "00_start_here_before_1.ipynb").read_bytes() == before
    assert bring_back(pack(here)[0], there) == [f"{LESSON} is back."]  # the same again: nothing to keep


def zipped(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no zip", "no zip file"),
        (zipped(**{"a.ipynb": "{}"})[:40], "no zip file"),
        (zipped(**{"../evil.ipynb": "{}", "a.ipynb": "{}"}), "nothing that this page has packed"),
        (zipped(**{"forcefield/model.py": ""}), "nothing that this page has packed"),
        (zipped(**{"a.ipynb": "0" * 101_000_000}), "more than 100 MB"),
    ],
    ids=["no zip", "half a zip", "a path upwards", "a module", "too large"],
)
def test_other_files_are_refused_and_nothing_is_written(course, content, said):
    _, there = course
    before = sorted(there.rglob("*"))
    with pytest.raises(ValueError, match=said):
        bring_back(content, there)
    assert sorted(there.rglob("*")) == before


def test_without_a_kernel_a_sentence_stands_there():
    bundle = my_work()._repr_mimebundle_()
    assert bundle["text/plain"].startswith("Here are two buttons when the notebook runs")
