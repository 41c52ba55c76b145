"""A reader's browser: the first day (nothing trusted, nothing run), the running notebook, and the second day."""

import importlib
import json
import pickle
import re
import shutil
import time

import browser
import nbformat
import numpy as np
import pytest
from browser import EXPLORER, EXPLORER_NAMES, ROOT, close, open_and_run, open_lab, open_notebook

import notebooks as stored_notebooks
from forcefield import sampling, viewer
from forcefield.exercises.prerequisites import PREREQUISITES

pytestmark = pytest.mark.skipif(
    browser.find_chromium() is None,
    reason="no Chromium or Chrome found: install one (on Debian and Ubuntu with `sudo apt install chromium`), "
    f"or give its path in the environment variable {browser.CHROMIUM_VARIABLE}",
)

SETUP = """
import pickle
from forcefield.lesson import start_lesson
start_lesson()
explorers_need = pickle.loads(open("explorers_need.pickle", "rb").read())
"""

EXPLORE = "from forcefield.explorers.{0} import {0}_explorer\n{0}_explorer(*explorers_need['{0}'])"

WINDOW = {"width": 1280, "height": 800}

# Every code cell that holds code: how often cells had run when it ran, and what it complained of. The notebook is
# asked, not the page: what is not in sight need not be drawn.
CELLS = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells]
    .filter(cell => cell.type === 'code' && cell.sharedModel.getSource().trim())
    .map(cell => ({
        count: cell.executionCount,
        complaints: cell.outputs.toJSON()
            .filter(output => output.output_type === 'error' || output.name === 'stderr')
            .map(output => output.evalue || output.text)
    }))"""

# A number that differs from run to run: a time.
TIME = r"\d+(\.\d+)? m?s\."


def book_of(cells):
    """A notebook of code cells, each with its source and, if any, the data of its output."""
    book = nbformat.v4.new_notebook()
    for source, data in cells:
        outputs = [nbformat.v4.new_output("display_data", data=data)] if data else []
        book.cells.append(nbformat.v4.new_code_cell(source, outputs=outputs))
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    return stored_notebooks.steady(json.loads(nbformat.writes(book)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory, explorers_need):
    """The lessons, and a notebook of all explorers, stored without a run as the course stores them."""
    folder = tmp_path_factory.mktemp("browser")
    for name in ("00_start_here", "01_principle"):
        shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", folder)
    (folder / "explorers_need.pickle").write_bytes(pickle.dumps(explorers_need))
    made = [(EXPLORE.format(name), explorer_of(name, explorers_need)._repr_mimebundle_()[0]) for name in EXPLORER_NAMES]
    (folder / "explorers.ipynb").write_text(book_of([(SETUP, None), *made]), encoding="utf-8")
    shown = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(viewer, "display", lambda data, **_: shown.append(data))
        exec(FILM, {"viewer": viewer, "sampling": sampling})
    (folder / "film.ipynb").write_text(book_of([("from forcefield import sampling, viewer\n" + FILM, shown[0])]))
    return folder


FILM = """viewer.film(viewer.turned(sampling.copper_cluster(), range(0, 240, 20)), ["picture"] * 12, "Turn", "Atoms")"""


def module_of(name):
    return importlib.import_module(f"forcefield.explorers.{name}")


def explorer_of(name, explorers_need):
    return getattr(module_of(name), f"{name}_explorer")(*explorers_need[name])


@pytest.fixture(scope="module")
def server(folder):
    with browser.lab(folder) as running:
        yield running


@pytest.fixture(scope="module")
def chromium():
    with browser.chromium() as running:
        yield running


@pytest.fixture
def page(chromium, server):
    page = chromium.new_page(viewport=WINDOW)
    open_lab(page, server)
    yield page
    page.close()


@pytest.fixture(scope="module")
def running(chromium, server):
    """A page in which the notebook of all explorers has run."""
    page = chromium.new_page(viewport=WINDOW)
    open_lab(page, server)
    open_and_run(page, "explorers.ipynb")
    yield page
    close(page)


def alt(explorer):
    return explorer.locator("img").get_attribute("alt")


def wait_until(holds, what, seconds=60):
    limit = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < limit, what()
        time.sleep(0.02)


def assert_ran(page):
    cells = page.evaluate(CELLS)
    assert all(cell["count"] for cell in cells), "a cell has not run"
    assert [cell["complaints"] for cell in cells if cell["complaints"]] == []


def assert_number(readout, expected):
    def shown():
        return readout.text_content().replace("−", "-")

    wait_until(lambda: shown() == expected, lambda: f"the slider says {shown()} and should say {expected}")


def numbers(text):
    text = re.sub(r"(?<=\d),(?=\d{3})", "", re.sub(TIME, "", text))
    return [float(number) for number in re.findall(r"[-+]?\d+(?:\.\d+)?", text)]


def assert_shown(explorer, expected):
    """The picture's text is the expected reading: word by word, and the note to what two roundings allow."""
    wait_until(
        lambda: alt(explorer).startswith(expected.sentence),
        lambda: f"the picture says\n{alt(explorer)}\nand should say\n{expected.sentence}",
    )
    shown = alt(explorer)
    np.testing.assert_allclose(numbers(shown), numbers(" ".join(expected)), rtol=0.06, atol=0.011)
    assert explorer.locator(".course-reading").text_content() == shown
    assert explorer.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 600
    assert explorer.locator(".course-hint").is_hidden()


# The first day


def test_nothing_trusted_and_nothing_run_every_picture_stands_once_with_its_sentence(page, explorers_need):
    open_notebook(page, "explorers.ipynb")
    outputs = page.locator(".jp-Notebook:visible .jp-OutputArea-output")
    assert page.locator(".jp-Notebook:visible img").count() == outputs.count() == len(EXPLORER_NAMES)
    for name, output in zip(EXPLORER_NAMES, outputs.all(), strict=True):
        output.scroll_into_view_if_needed()
        sentence = explorer_of(name, explorers_need).reading.sentence
        assert output.locator("img").get_attribute("alt") == sentence
        assert output.locator("img").bounding_box()["width"] > 800
        assert output.inner_text().count(sentence) == 1
        assert "The sliders appear here when the notebook runs: choose Run > Run All Cells." in output.inner_text()


def test_a_film_that_is_not_trusted_is_a_sheet_that_can_be_read(page):
    open_notebook(page, "film.ipynb")
    sheet, slider = (page.locator(f".jp-Notebook:visible figure {what}") for what in ("img", "input"))
    assert sheet.bounding_box()["width"] > 700
    assert slider.count() == 0
    open_and_run(page, "film.ipynb")
    canvas = page.get_by_role("img", name="Atoms")
    canvas.wait_for()
    assert not sheet.is_visible()
    assert page.get_by_label("Turn", exact=True).count() == 1
    first = canvas.evaluate("canvas => canvas.toDataURL()")
    for _ in range(3):  # JupyterLab leaves the keys to it
        slider.press("ArrowRight")
    assert slider.input_value() == "3"
    assert canvas.evaluate("canvas => canvas.toDataURL()") != first
    canvas.press("ArrowDown")
    assert canvas.get_attribute("data-turn") != "1.000 0.000 0.000 0.000 1.000 0.000 0.000 0.000 1.000"
    close(page)


# A running notebook


def test_the_start_page_runs_and_its_slider_answers(page):
    open_and_run(page, "00_start_here.ipynb")
    assert_ran(page)
    explorer = page.locator(EXPLORER)
    handle = explorer.get_by_role("slider", name="Number of dimers")
    handle.press("ArrowRight")
    explorer.get_by_text("4 dimers (pairs of atoms) have 8 atoms.").wait_for()
    number = explorer.get_by_role("textbox", name="Number of dimers, as a number")
    number.fill("20")
    number.press("Enter")
    explorer.get_by_text("20 dimers (pairs of atoms) have 40 atoms.").wait_for()
    close(page)


def test_prerequisites_are_tested_by_keyboard_and_say_where_to_begin(page):
    open_and_run(page, "00_start_here.ipynb")
    for number, (question, reading, _) in enumerate(PREREQUISITES):
        group = page.get_by_role("radiogroup", name=question.question)
        answers = list(question.answers)
        if number == 0:
            group.get_by_role("radio", name=answers[question.right - 1], exact=True).press("Space")
            page.get_by_role("link", name=reading).wait_for()
            page.get_by_text("1 of 7 questions answered.").wait_for()
        group.get_by_role("radio", name=answers[question.right], exact=True).press("Space")
    page.get_by_text("7 of 7 right.").wait_for()
    close(page)


def test_a_whole_lesson_runs_and_what_is_typed_cannot_break_its_explorer(page):
    open_and_run(page, "01_principle.ipynb")
    assert_ran(page)
    explorer, module = page.locator(EXPLORER), module_of("lennard_jones")
    # What is typed over the number of a slider is brought to the nearest value.
    number = explorer.locator(".widget-readout").nth(2)
    for typed, distance in (("-3", 2.0), ("99", 7.5), ("nonsense", 7.5), ("3.333", 3.35)):
        number.fill(typed)
        number.press("Enter")
        assert_shown(explorer, module.describe_reading(2.9, 1.0, distance, module.compute(2.9, 1.0, distance)))
    close(page)


@pytest.mark.parametrize("name", EXPLORER_NAMES)
def test_every_control_answers_to_the_keyboard(running, explorers_need, name):
    module, explorer = module_of(name), running.locator(EXPLORER).nth(EXPLORER_NAMES.index(name))
    explorer.scroll_into_view_if_needed()

    def expected(**values):
        return module.describe_reading(**values, result=module.compute(*explorers_need[name], **values))

    controls = module.controls()
    values = {setting: control.value for setting, control in controls.items()}
    assert_shown(explorer, expected(**values))
    handles, readouts = explorer.locator(".noUi-handle"), explorer.locator(".widget-readout")
    sliders = [setting for setting, control in controls.items() if not hasattr(control, "options")]
    assert handles.count() == readouts.count() == len(sliders)
    for count, setting in enumerate(sliders):
        control, before = controls[setting], explorer.locator("img").get_attribute("src")
        assert handles.nth(count).get_attribute("aria-label") == control.description
        assert explorer.get_by_text(control.description, exact=True).is_visible()
        handles.nth(count).press("ArrowRight")
        values[setting] = round(control.value + control.step, 6)
        shown = f"{values[setting]}" if isinstance(control.value, int) else f"{values[setting]:.2f}"
        assert_number(readouts.nth(count), shown)
        assert_shown(explorer, expected(**values))
        assert explorer.locator("img").get_attribute("src") != before, f"{setting}: the same picture"
    for setting, control in controls.items():
        if hasattr(control, "options"):
            last = control.value == control.options[-1]
            explorer.get_by_label(control.description, exact=True).press("ArrowUp" if last else "ArrowDown")
            values[setting] = control.options[control.options.index(control.value) + (-1 if last else 1)]
            assert_shown(explorer, expected(**values))
    explorer.get_by_role("button", name="Reset").press("Enter")
    assert_shown(explorer, expected(**{setting: control.value for setting, control in controls.items()}))


@pytest.mark.parametrize("name", EXPLORER_NAMES)
def test_an_explorer_fits_one_screen(running, name):
    explorer = running.locator(EXPLORER).nth(EXPLORER_NAMES.index(name))
    explorer.scroll_into_view_if_needed()
    assert (
        explorer.bounding_box()["height"] < running.locator(".jp-WindowedPanel-outer:visible").bounding_box()["height"]
    )
    # The picture has its own size: a smaller one would have smaller letters.
    picture = explorer.locator("img")
    assert picture.bounding_box()["width"] == picture.evaluate("image => image.naturalWidth")
    assert all(track.bounding_box()["width"] > 150 for track in explorer.locator(".noUi-target").all())
    for label in explorer.locator(".widget-label").all():
        assert label.evaluate("label => label.scrollWidth <= label.clientWidth"), f"cut off: {label.text_content()}"


# The second day


def test_saved_and_opened_again_the_explorers_are_there_and_say_that_nothing_runs(running, page, folder, server):
    running.evaluate(browser.SAVE)
    shutil.copy(folder / "explorers.ipynb", folder / "second_day.ipynb")
    open_notebook(page, "second_day.ipynb")
    page.locator(EXPLORER).first.wait_for()
    assert "model not found" not in page.content()
    for explorer in page.locator(EXPLORER).all():
        explorer.scroll_into_view_if_needed()
        assert explorer.locator(".noUi-handle").first.is_visible()
        assert explorer.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 600
        assert explorer.locator(".course-reading").text_content() == alt(explorer)
    explorer = page.locator(EXPLORER).first
    assert page.locator(EXPLORER).count() == len(EXPLORER_NAMES)
    assert explorer.locator(".course-hint").is_hidden()
    explorer.locator(".noUi-handle").first.press("ArrowRight")
    explorer.locator(".course-hint").wait_for(timeout=10_000)
    assert "Run All Cells" in explorer.locator(".course-hint").inner_text()

    # Exported as a page, without network: every picture once.
    address, token = server
    page.goto(f"{address}/nbconvert/html/second_day.ipynb?download=false&token={token}")
    assert page.locator("img").count() == len(EXPLORER_NAMES)
    assert all(picture.bounding_box()["width"] > 800 for picture in page.locator("img").all())
