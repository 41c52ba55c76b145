"""A reader's work in one file: changed lessons, own notebooks and solved exercises, packed and brought back."""

import base64
import io
import json
import zipfile
from pathlib import Path

import ipywidgets as widgets

from forcefield.exercises.solved import FILE as SOLVED
from forcefield.explorers.controls import PIXEL

NOTEBOOKS = Path(__file__).resolve().parent.parent
LARGEST = 100e6
"""Bytes: a file that unpacks to more than this is none of ours."""


def is_changed(path):
    """Whether a notebook is a reader's own, or a lesson whose text is no longer the course's.

    Every lesson has a script with the same text; what a cell says must stand there.

    Parameters
    ----------
    path : pathlib.Path

    Returns
    -------
    bool
    """
    script = path.parent / "scripts" / f"{path.stem}.py"
    if not script.is_file():
        return True
    text = script.read_text(encoding="utf-8")
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return any(not _stands_in(text, cell["cell_type"], "".join(cell["source"])) for cell in cells)
    except (ValueError, KeyError, TypeError):
        return True


def _stands_in(text, kind, source):
    lines = source.rstrip("\n").split("\n")
    if kind == "markdown":
        lines = ["# " + line if line else "#" for line in lines]
    return "\n".join(lines) in text


def pack(folder=NOTEBOOKS):
    """Put the reader's work into a zip file.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the lessons.

    Returns
    -------
    content : bytes
        The zip file.
    names : list of str
        What it holds.
    """
    paths = [path for path in sorted(folder.glob("*.ipynb")) if is_changed(path)]
    paths += [path for path in [folder / "data" / SOLVED] if path.is_file()]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            archive.write(path, path.relative_to(folder).as_posix())
    return buffer.getvalue(), [path.relative_to(folder).as_posix() for path in paths]


def bring_back(content, folder=NOTEBOOKS):
    """Unpack what `pack` made. A lesson that was changed here in the meantime is kept under another name.

    Parameters
    ----------
    content : bytes
    folder : pathlib.Path
        The folder of the lessons.

    Returns
    -------
    list of str
        A sentence for each file.

    Raises
    ------
    ValueError
        If this is no such file; then nothing is written.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
                raise ValueError("This file unpacks to more than 100 MB: it is not one that this page has packed.")
            found = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, RuntimeError, NotImplementedError, EOFError):
        raise ValueError("This is no zip file, or it is damaged: choose the file that this page has packed.") from None
    for name in found:
        if name != f"data/{SOLVED}" and ("/" in name or "\\" in name or not name.endswith(".ipynb")):
            raise ValueError(f"{name} is nothing that this page has packed: nothing was brought back.")
    return [_write(folder, name, new) for name, new in sorted(found.items())]


def _write(folder, name, new):
    """Write one file, and say what became of it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if name == f"data/{SOLVED}":
        both = _numbers(new) | (_numbers(path.read_bytes()) if path.is_file() else set())
        path.write_text(json.dumps(sorted(both)), encoding="utf-8")
        return f"{len(both)} exercises are solved."
    kept = ""
    if path.is_file() and path.read_bytes() != new and is_changed(path):
        count = 1
        while (aside := path.with_name(f"{path.stem}_before_{count}.ipynb")).exists():
            count += 1
        path.rename(aside)
        kept = f" (what stood here is now {aside.name})"
    path.write_bytes(new)
    return f"{name} is back{kept}."


def _numbers(content):
    try:
        return {number for number in json.loads(content) if isinstance(number, str)}
    except (ValueError, TypeError):
        return set()


def my_work(folder=NOTEBOOKS):
    """A button that packs the reader's work and downloads it, and one that brings it back.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the lessons.

    Returns
    -------
    ipywidgets.VBox
    """
    pack_button = widgets.Button(description="Pack and download my work", layout={"width": "auto"})
    upload = widgets.FileUpload(accept=".zip", description="Bring my work back", layout={"width": "auto"})
    said = widgets.HTML()

    def on_pack(_):
        content, names = pack(folder)
        if not names:
            said.value = _say("Nothing to pack: no lesson was changed, and no exercise solved.")
            return
        address = "data:application/zip;base64," + base64.b64encode(content).decode()
        said.value = _say(
            f'Packed: {", ".join(names)}. <a download="my_work.zip" href="{address}">my_work.zip</a> is downloaded; '
            "if not, click its name. Save your notebooks first: what is not saved is not in it."
            f'<img alt="" width="1" height="1" src="{PIXEL}" '
            "onload=\"this.parentElement.querySelector('a').click()\">"
        )

    def on_upload(change):
        for file in change["new"]:
            try:
                sentences = bring_back(bytes(file["content"]), folder)
                said.value = _say(" ".join(sentences) + " Open notebooks: File > Reload Notebook from Disk.")
            except ValueError as problem:
                said.value = _say(f"<b>{problem}</b>")

    pack_button.on_click(on_pack)
    upload.observe(on_upload, names="value")
    return _Panel([widgets.HBox([pack_button, upload]), said])


def _say(words):
    return f'<p role="status">{words}</p>'


class _Panel(widgets.VBox):
    """The buttons; without a kernel, a sentence says where they will be."""

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        words = "Here are two buttons when the notebook runs: pack and download my work, and bring my work back."
        return {**bundle, "text/plain": words, "text/html": f"<p>{words}</p>"}
