"""A reader's browser: every core notebook runs in JupyterLab, and every slider answers to the keyboard."""

import contextlib
import re
import shutil
import time

import numpy as np
import pytest
from browser import CHROMIUM_VARIABLE, EXPLORER, ROOT, chromium, close, find_chromium, lab, open_and_run, open_lab

from forcefield import prepared
from forcefield.dataset import Dataset
from forcefield.explorers import extrapolation, lennard_jones, soap, training
from forcefield.model import ForceField

pytestmark = pytest.mark.skipif(
    find_chromium() is None,
    reason="no Chromium or Chrome found: install one (on Debian and Ubuntu with `sudo apt install chromium`), "
    f"or give its path in the environment variable {CHROMIUM_VARIABLE}",
)

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


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory):
    """A copy of the notebooks: what a run writes stays out of the repository."""
    folder = tmp_path_factory.mktemp("browser") / "notebooks"
    shutil.copytree(ROOT / "notebooks", folder, ignore=shutil.ignore_patterns("data", "__pycache__", ".*"))
    return folder


@pytest.fixture(scope="module")
def server(notebooks):
    with lab(notebooks) as running:
        yield running


@pytest.fixture(scope="module")
def page(server):
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 2300})
        open_lab(page, server)
        yield page


@pytest.fixture
def opened(page, tmp_path):
    """Open and run a notebook, and save a screenshot if anything is wrong with it."""

    @contextlib.contextmanager
    def open_notebook(name):
        try:
            open_and_run(page, f"{name}.ipynb")
            cells = page.evaluate(CELLS)
            assert all(cell["count"] for cell in cells), "a cell has not run"
            assert [cell["complaints"] for cell in cells if cell["complaints"]] == []
            yield page
        except Exception:
            page.screenshot(path=tmp_path / f"{name}.png")
            print(f"screenshot: {tmp_path / name}.png")
            raise
        finally:
            close(page)

    return open_notebook


def alt(explorer):
    return explorer.locator("img").get_attribute("alt")


def wait_until(holds, what, seconds=60):
    limit = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < limit, what()
        time.sleep(0.02)


def assert_number(readout, expected):
    def shown():
        return readout.text_content().replace("−", "-")

    wait_until(lambda: shown() == expected, lambda: f"the slider says {shown()} and should say {expected}")


def numbers(text):
    return [float(number) for number in re.findall(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?", re.sub(TIME, "", text))]


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


def assert_every_control_answers(page, controls, expected):
    """Move every control by keyboard alone; `expected` computes the reading that belongs to the values."""
    explorer = page.locator(EXPLORER)
    assert explorer.count() == 1
    values = {name: control.value for name, control in controls.items()}
    assert_shown(explorer, expected(**values))
    handles, readouts = explorer.locator(".noUi-handle"), explorer.locator(".widget-readout")
    sliders = [name for name, control in controls.items() if not hasattr(control, "options")]
    assert handles.count() == readouts.count() == len(sliders)
    for count, name in enumerate(sliders):
        control, before = controls[name], explorer.locator("img").get_attribute("src")
        assert handles.nth(count).get_attribute("aria-label") == control.description
        assert explorer.get_by_text(control.description, exact=True).is_visible()
        handles.nth(count).press("ArrowRight")
        values[name] = round(control.value + control.step, 6)
        assert_number(
            readouts.nth(count), f"{values[name]}" if isinstance(control.value, int) else f"{values[name]:.2f}"
        )
        assert_shown(explorer, expected(**values))
        assert explorer.locator("img").get_attribute("src") != before, f"{name}: the same picture"
    for name, control in controls.items():
        if hasattr(control, "options"):
            explorer.get_by_label(control.description, exact=True).press("ArrowDown")
            values[name] = control.options[1]
            assert_shown(explorer, expected(**values))
    explorer.get_by_role("button", name="Reset").press("Enter")
    assert_shown(explorer, expected(**{name: control.value for name, control in controls.items()}))


def test_the_start_page_runs(opened):
    with opened("00_start_here"):
        pass


def test_lennard_jones_explorer(opened):
    def expected(**values):
        return lennard_jones.describe_reading(**values, result=lennard_jones.compute(**values))

    with opened("01_principle") as page:
        assert_every_control_answers(page, lennard_jones.controls(), expected)
        # What is typed over the number of a slider cannot break anything: it is brought to the nearest value.
        number = page.locator(EXPLORER).locator(".widget-readout").nth(2)
        for typed, distance in (("-3", 2.0), ("99", 7.5), ("nonsense", 7.5), ("3.333", 3.35)):
            number.fill(typed)
            number.press("Enter")
            assert_shown(page.locator(EXPLORER), expected(sigma=2.9, epsilon=1.0, distance=distance))


def test_soap_explorer(opened):
    def expected(**values):
        return soap.describe_reading(**values, result=soap.compute(**values))

    with opened("02_dataset") as page:
        assert_every_control_answers(page, soap.controls(), expected)


def test_training_explorer(opened, notebooks):
    with opened("03_training") as page:
        data = Dataset.load(notebooks / "data" / prepared.DIMER_DATASET.name)

        def expected(**values):
            return training.describe_reading(**values, result=training.compute(data, **values))

        assert_every_control_answers(page, training.controls(), expected)


def test_extrapolation_explorer(opened, notebooks):
    with opened("04_analysis") as page:
        model, _ = ForceField.load(notebooks / "data" / prepared.DIMER_MODEL.name)

        def expected(**values):
            return extrapolation.describe_reading(**values, result=extrapolation.compute(model, **values))

        assert_every_control_answers(page, extrapolation.controls(), expected)
