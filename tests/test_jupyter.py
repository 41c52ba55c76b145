"""What JupyterLab is told, on readers' own machines too: every setting is named here. And what it reads and writes."""

import asyncio
import json
import platform
import shutil
from pathlib import Path

import nbformat
import pytest
from jupyterlab_server.config import get_static_page_config
from nbformat.sign import MemorySignatureStore, NotebookNotary
from traitlets.config import PyFileConfigLoader

ROOT = Path(__file__).resolve().parent.parent
JUPYTER = ROOT / "binder" / "jupyter"
START_PAGE = "/lab/tree/notebooks/00_start_here.ipynb"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))


def test_there_are_no_other_settings():
    """No token, no password, no check of who asks is touched, in no file that Jupyter would read."""
    found = {path.relative_to(JUPYTER).as_posix() for path in JUPYTER.rglob("*") if path.is_file()}
    assert {path for path in found if "__pycache__" not in path} == {
        "jupyter_server_config.json",
        "jupyter_server_config.py",
        "room_for_lessons.py",
        "labconfig/default_setting_overrides.json",
        "labconfig/page_config.json",
    }
    settings = json.loads((JUPYTER / "jupyter_server_config.json").read_text(encoding="utf-8"))
    exporter = settings.pop("HTMLExporter", {"NbConvertBase": {"display_data_priority": []}})
    assert exporter.keys() == {"NbConvertBase"}
    assert exporter["NbConvertBase"].keys() == {"display_data_priority"}
    assert settings == {
        "ServerApp": {
            "answer_yes": True,
            "default_url": START_PAGE,
            "jpserver_extensions": {"jupyterlab_jupytext": False},
        },
        "LabApp": {"default_url": START_PAGE},
    }
    code = PyFileConfigLoader("jupyter_server_config.py", str(JUPYTER)).load_config()
    assert {name: list(section) for name, section in code.items()} == {
        "ServerApp": ["contents_manager_class", "kernel_manager_class"]
    }


def test_jupyterlab_opens_the_start_page_and_asks_nothing(monkeypatch):
    assert (ROOT / START_PAGE.removeprefix("/lab/tree/")).is_file()
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(JUPYTER))
    disabled = get_static_page_config(level="all")["disabledExtensions"]
    assert {"@jupyterlab/apputils-extension:announcements", "jupyterlab-jupytext"} <= set(disabled)


def test_a_notebook_is_saved_with_its_widgets():
    text = (JUPYTER / "labconfig" / "default_setting_overrides.json").read_text(encoding="utf-8")
    assert json.loads(text) == {"@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": True}}


# ---- what is read and written ------------------------------------------------------------------


@pytest.fixture
def contents(tmp_path):
    """JupyterLab's way to the files of a folder, as the course sets it."""
    code = PyFileConfigLoader("jupyter_server_config.py", str(JUPYTER)).load_config()
    # Which notebooks are trusted stays in memory: the reader's own list is left alone.
    notary = NotebookNotary(secret=b"of this test", store_factory=MemorySignatureStore)
    return code.ServerApp.contents_manager_class(root_dir=str(tmp_path), notary=notary)


def as_lab_saves(book):
    """What JupyterLab sends back for a notebook that was only opened: the widgets of its kernel, none."""
    widgets = {"application/vnd.jupyter.widget-state+json": {"state": {}, "version_major": 2, "version_minor": 0}}
    return {**book, "metadata": {**book["metadata"], "widgets": widgets}}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_lesson_that_is_opened_and_saved_stays_what_it_was(contents, tmp_path, path):
    copy = Path(shutil.copy(path, tmp_path))
    book = asyncio.run(contents.get(path.name))["content"]
    # The same version as the kernel says: JupyterLab finds nothing to change, so that nothing is modified.
    assert book["metadata"]["language_info"]["version"] == platform.python_version()
    model = {"type": "notebook", "format": "json", "content": as_lab_saves(book)}
    asyncio.run(contents.save(model, path.name))
    assert copy.read_text(encoding="utf-8") == path.read_text(encoding="utf-8")


def test_widgets_that_ran_are_kept(contents, tmp_path):
    state = {"application/vnd.jupyter.widget-state+json": {"state": {"a" * 32: {"model_name": "VBoxModel"}}}}
    book = nbformat.v4.new_notebook(metadata={"widgets": state})
    asyncio.run(contents.save({"type": "notebook", "format": "json", "content": book}, "own.ipynb"))
    assert nbformat.read(tmp_path / "own.ipynb", as_version=4).metadata["widgets"] == state


def test_other_files_are_left_alone(contents, tmp_path):
    asyncio.run(contents.save({"type": "file", "format": "text", "content": "one"}, "one.txt"))
    assert (tmp_path / "one.txt").read_text() == "one"
    assert asyncio.run(contents.get("one.txt"))["content"] == "one"
    assert asyncio.run(contents.get(""))["type"] == "directory"
    assert asyncio.run(contents.get("one.txt", content=False))["content"] is None
