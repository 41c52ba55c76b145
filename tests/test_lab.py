"""JupyterLab with the course's settings: opening a lesson modifies nothing, a new one is one file, work is kept."""

import io
import shutil
import zipfile

import browser
import nbformat
import pytest
from browser import ROOT, SAVE, close, open_and_run, open_lab, open_notebook

pytestmark = pytest.mark.skipif(browser.find_chromium() is None, reason="no Chromium or Chrome found")

# As long as a kernel takes to say who it is, and JupyterLab to write that down.
SETTLED = """async () => {
    const notebook = window.jupyterapp.shell.currentWidget;
    await notebook.sessionContext.session.kernel.info;
    await new Promise(done => setTimeout(done, 2000));
    return notebook.context.model.dirty;
}"""

NEW_NOTEBOOK = """async () => {
    const app = window.jupyterapp;
    const made = await app.commands.execute('docmanager:new-untitled', {path: 'notebooks', type: 'notebook'});
    const notebook = await app.commands.execute('docmanager:open', {path: made.path});
    await notebook.context.ready;
    await notebook.context.save();
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A course of two lessons, with the settings by which jupytext would pair every notebook."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "notebooks" / "scripts").mkdir(parents=True)
    for name in ("00_start_here", "01_principle"):
        shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", folder / "notebooks")
        shutil.copy(ROOT / "notebooks" / "scripts" / f"{name}.py", folder / "notebooks" / "scripts")
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture(scope="module")
def page(folder):
    with browser.lab(folder) as server, browser.chromium() as running:
        page = running.new_page(viewport={"width": 1280, "height": 800})
        open_lab(page, server)
        yield page


def contents(folder):
    """Name and content of every file that git would see."""
    files = [path for path in (folder / "notebooks").rglob("*") if path.is_file() and ".ipynb_" not in str(path)]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("name", ["00_start_here", "01_principle"])
def test_opening_and_saving_a_lesson_changes_nothing(page, folder, name):
    before = contents(folder)
    open_notebook(page, f"notebooks/{name}.ipynb")
    assert page.evaluate(SETTLED) is False, "the lesson counts as modified although nobody touched it"
    page.evaluate(SAVE)
    assert contents(folder) == before
    close(page)


WORK = """from pathlib import Path
from forcefield.my_work import my_work
my_work(Path("."))"""


def test_one_click_packs_the_work_and_another_brings_it_back(page, folder):
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(WORK)])
    book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(book, folder / "notebooks" / "mine.ipynb")
    open_and_run(page, "notebooks/mine.ipynb")
    with page.expect_download() as downloaded:
        page.get_by_role("button", name="Pack and download my work").click()
    content = downloaded.value.path().read_bytes()
    assert downloaded.value.suggested_filename == "my_work.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert "mine.ipynb" in archive.namelist()
        assert "01_principle.ipynb" not in archive.namelist()  # nobody changed it
    (folder / "my_work.zip").write_bytes(content)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Bring my work back").click()
    chooser.value.set_files(folder / "my_work.zip")
    page.get_by_text("mine.ipynb is back").wait_for()
    close(page)


def test_a_new_notebook_is_one_file(page, folder):
    before = contents(folder)
    page.evaluate(NEW_NOTEBOOK)
    close(page)
    assert contents(folder).keys() - before.keys() == {"notebooks/Untitled.ipynb"}
