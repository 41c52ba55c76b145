"""The code that a reader sees: short cells, lines that fit the window, and what only draws is folded."""

import statistics
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
each_lesson = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)

# What JupyterLab shows without a scroll bar at 1280 pixels.
WIDTH = 104
MEDIAN_LINES, MOST_LINES, MOST_FOLDED_LINES = 6, 15, 25


def code_cells(path):
    """The visible and the folded code cells of a lesson."""
    cells = [
        cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code" and cell.source.strip()
    ]
    return [cell for cell in cells if not is_folded(cell)], [cell for cell in cells if is_folded(cell)]


def is_folded(cell):
    """Whether JupyterLab (source_hidden) and the rendered site (hide-input) both fold the cell's code."""
    return bool(cell.metadata.get("jupyter", {}).get("source_hidden")) and "hide-input" in cell.metadata.get("tags", [])


def is_half_folded(cell):
    marks = bool(cell.metadata.get("jupyter", {}).get("source_hidden")), "hide-input" in cell.metadata.get("tags", [])
    return any(marks) and not all(marks)


def length(cell):
    return len(cell.source.splitlines())


@each_lesson
def test_visible_lines_fit_the_window(path):
    visible, _ = code_cells(path)
    assert [line for cell in visible for line in cell.source.splitlines() if len(line) > WIDTH] == []


@each_lesson
def test_visible_cells_are_short(path):
    visible, _ = code_cells(path)
    assert statistics.median(map(length, visible)) <= MEDIAN_LINES
    assert [cell.source for cell in visible if length(cell) > MOST_LINES] == []


@each_lesson
def test_folded_cells_are_folded_everywhere_and_not_long(path):
    visible, folded = code_cells(path)
    assert [cell.source for cell in visible if is_half_folded(cell)] == []
    assert [cell.source for cell in folded if length(cell) > MOST_FOLDED_LINES] == []


@each_lesson
def test_nothing_that_needs_a_kernel_is_stored(path):
    """Sliders without a kernel move and change nothing: a stored lesson has their picture and sentence only."""
    book = nbformat.read(path, as_version=4)
    assert "widgets" not in book.metadata
    data = [output.get("data", {}) for cell in book.cells for output in cell.get("outputs", [])]
    assert not any("application/vnd.jupyter.widget-view+json" in entry for entry in data)
