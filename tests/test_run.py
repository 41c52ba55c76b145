"""The command `run`: what is stored does not change from run to run, and a lesson that stops stays as it was."""

import json
import sys

import nbformat
import pytest

import notebooks
from problems import Problem


@pytest.fixture
def lesson(launcher_folder, monkeypatch):
    """A folder with one notebook, and a way to say what it holds."""
    monkeypatch.setattr(notebooks, "sync", lambda arguments: 0)
    monkeypatch.setattr(notebooks, "find_environment", lambda: sys.executable)
    (launcher_folder / "notebooks").mkdir()
    path = launcher_folder / "notebooks" / "01_one.ipynb"

    def write(source):
        cell = nbformat.v4.new_code_cell(source, id="a")
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
        return path

    return write


def test_a_lesson_that_stops_shows_its_cell_and_stays_as_it_was(lesson, capfd):
    path = lesson("one = 1\nprint(one / 0)")
    before = path.read_bytes()
    with pytest.raises(Problem, match=r"01_one\.ipynb stopped at the cell above; the stored notebook is unchanged"):
        notebooks.run(["01"])
    said = capfd.readouterr().err
    assert said.startswith(notebooks.FAILED_CELL)
    assert "ZeroDivisionError" in said
    assert path.read_bytes() == before


def test_a_lesson_that_runs_is_stored_and_nothing_frightens(lesson, capfd):
    path = lesson("print(2 + 3)")
    assert notebooks.run([]) == 0
    assert json.loads(path.read_text(encoding="utf-8"))["cells"][0]["outputs"][0]["text"] == ["5\n"]
    assert len(capfd.readouterr().err.splitlines()) == 1  # its name, seconds and size


def test_a_name_that_is_no_lesson_is_told_the_lessons(lesson):
    lesson("1")
    with pytest.raises(Problem, match="No notebook is called 02: there are 01_one"):
        notebooks.run(["02"])


def test_stored_outputs_do_not_change_from_run_to_run():
    def notebook(model, version):
        view = {"application/vnd.jupyter.widget-view+json": {"model_id": model}, "text/plain": "a slider"}
        state = {model: {"model_name": "FloatSliderModel", "state": {}}}
        return {
            "cells": [{"cell_type": "code", "outputs": [{"data": view}], "source": ["slider"]}],
            "metadata": {
                "language_info": {"name": "python", "version": version},
                "widgets": {"application/vnd.jupyter.widget-state+json": {"state": state}},
            },
        }

    once = notebooks.steady(notebook("a" * 32, "3.11.7"))
    assert once == notebooks.steady(notebook("d" * 32, "3.12.1"))
    # A widget that is not running shows nothing: its text stays, and no view without a model.
    assert json.loads(once)["cells"][0]["outputs"][0]["data"] == {"text/plain": "a slider"}
    assert "widgets" not in json.loads(once)["metadata"]
