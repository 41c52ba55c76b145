"""Exercises and quizzes in a running notebook: by keyboard, and for everybody."""

import browser
import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import close, open_and_run, open_lab

pytestmark = pytest.mark.skipif(browser.find_chromium() is None, reason="no Chromium or Chrome found")

STUB = """from forcefield.exercises import check, quiz
def atoms_of(dimers):
    return ...
check("0.1", atoms_of)"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A notebook of an exercise and a quiz that has run."""
    folder = tmp_path_factory.mktemp("exercises")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in (STUB, "quiz(0)")])
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(book, folder / "mine.ipynb")
    with browser.lab(folder) as server, browser.chromium() as running:
        page = running.new_page(viewport={"width": 1280, "height": 900})
        open_lab(page, server)
        open_and_run(page, "mine.ipynb")
        yield page
        close(page)


def test_what_is_not_answered_stops_nothing(page):
    assert page.get_by_text("Exercise 0.1: not answered yet").is_visible()
    assert page.locator(".course-question").count() == 3


def test_a_quiz_is_answered_by_keyboard_and_says_why(page):
    group = page.locator(".course-question").first
    group.locator("input").first.focus()
    page.keyboard.press("Space")
    reply = page.locator(".course-reply").first
    reply.get_by_text("Not quite.").or_(reply.get_by_text("Right.")).wait_for()
    first = reply.inner_text()
    page.keyboard.press("ArrowDown")
    page.wait_for_function("text => document.querySelector('.course-reply').innerText !== text", arg=first)
    assert len(reply.inner_text()) > 20


def test_everybody_can_use_a_quiz(page):
    found = Axe().run(page, context=".jp-OutputArea", options={"runOnly": ["wcag2a", "wcag2aa", "wcag22aa"]})
    ours = [
        one for one in found.response["violations"] if "course-" in str(one["nodes"]) or "radio" in str(one["nodes"])
    ]
    assert ours == []
