"""What nbval cannot see: pairs in sync, sizes, pictures with alt text, headers, links, words that must not be there."""

import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path

import jupytext
import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))  # readers may have their own beside them
each_lesson = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path, kind):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def markdown(path):
    return "\n\n".join(cell.source for cell in cells(path, "markdown"))


def outputs(path):
    return [output for cell in cells(path, "code") for output in cell.outputs]


def test_the_core_lessons_are_there():
    names = [path.stem for path in NOTEBOOKS]
    assert names[:5] == ["00_start_here", "01_principle", "02_dataset", "03_training", "04_analysis"]


def test_every_notebook_has_its_script_and_every_script_its_notebook():
    scripts = sorted((ROOT / "notebooks" / "scripts").glob("*.py"))
    assert [path.stem for path in scripts] == [path.stem for path in NOTEBOOKS]


def compared(book):
    """What both halves of a pair hold."""
    return [(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in book.cells]


def drifted(folder, name):
    """Whether the notebook differs from what its script would make; nothing is written.

    `jupytext --test` does not see this, and `jupytext --sync` sees it only by writing to the files.
    """
    made = jupytext.read(folder / "notebooks" / "scripts" / f"{name}.py")
    notebook = nbformat.read(folder / "notebooks" / f"{name}.ipynb", as_version=4)
    return compared(made) != compared(notebook)


@each_lesson
def test_the_pair_says_the_same(path):
    assert not drifted(ROOT, path.stem), (
        f"{path.name} and its script differ: `python3 binder/course.py run {path.stem[:2]}` makes them agree."
    )


@pytest.mark.parametrize("changed", ["notebook", "script"])
def test_a_drift_in_either_direction_is_seen(tmp_path, changed):
    name = NOTEBOOKS[0].stem
    (tmp_path / "notebooks" / "scripts").mkdir(parents=True)
    notebook = tmp_path / "notebooks" / f"{name}.ipynb"
    script = tmp_path / "notebooks" / "scripts" / f"{name}.py"
    shutil.copy(ROOT / "notebooks" / notebook.name, notebook)
    shutil.copy(ROOT / "notebooks" / "scripts" / script.name, script)
    assert not drifted(tmp_path, name)
    if changed == "script":
        script.write_text(script.read_text(encoding="utf-8") + "\n# %%\nprint(1)\n", encoding="utf-8")
    else:
        book = nbformat.read(notebook, as_version=4)
        book.cells[0].source += " changed"
        nbformat.write(book, notebook)
    assert drifted(tmp_path, name)


@each_lesson
def test_size_and_cells(path):
    assert path.stat().st_size < 1_000_000
    for cell in cells(path, "code"):
        assert len(cell.source.splitlines()) <= 25, f"too long to take in at once:\n{cell.source}"


@each_lesson
def test_every_cell_has_been_run_in_order(path):
    counts = [cell.execution_count for cell in cells(path, "code") if cell.source.strip()]
    assert counts == list(range(1, len(counts) + 1))


@each_lesson
def test_no_error_and_no_warning_is_stored(path):
    for output in outputs(path):
        assert output.output_type != "error", output.get("evalue")
        assert output.get("name") != "stderr", output.get("text")
        assert "Warning" not in output.get("text", "")


@each_lesson
def test_every_picture_has_alt_text(path):
    for output in outputs(path):
        data = output.get("data", {})
        if "image/png" not in data:
            continue
        assert len(data["text/plain"]) > 40, "the text beside a picture says what it shows"
        assert not data["text/plain"].startswith("<Figure"), "show(figure, alt) gives a picture its text"
        if "text/html" in data:
            assert re.search(r'<img alt="[^"]{40,}"', data["text/html"])
    for alt in re.findall(r"!\[([^\]]*)\]\(", markdown(path)):
        assert len(alt) > 20


@each_lesson
def test_only_cells_that_show_progress_are_not_compared(path):
    for cell in cells(path, "code"):
        assert not {"nbval-skip", "raises-exception"} & set(cell.metadata.get("tags", []))
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            assert "ProgressDisplay" in cell.source, "its output has nothing that nbval could not compare"


@each_lesson
def test_a_lesson_has_its_header_and_its_end(path):
    text = markdown(path)
    for part in ("**You will learn**", "**You need**", "**Time**"):
        assert part in text
    if path.stem == "00_start_here":
        return
    for heading in ("## Summary", "## Quiz", "## Next"):
        assert f"\n{heading}" in text, f"no {heading}"


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("01_principle", "Principle"),
        ("02_dataset", "Dataset generation"),
        ("03_training", "Training"),
        ("01_principle", "Terminology"),
        ("04_analysis", "Analysis"),
    ],
)
def test_every_section_of_the_tutorial_has_its_place(name, heading):
    text = markdown(ROOT / "notebooks" / f"{name}.ipynb")
    assert re.search(rf"^#+ (\d+\. )?{heading}", text, re.MULTILINE)


def anchors(path):
    """JupyterLab's anchors: the words of a heading, joined by hyphens."""
    headings = re.findall(r"^#+ +(.+?) *$", markdown(path), re.MULTILINE)
    return {heading.replace(" ", "-") for heading in headings}


@each_lesson
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)\s]+)\)", markdown(path)):
        if re.match(r"https?:|mailto:|attachment:", target):
            continue
        file, _, anchor = target.partition("#")
        destination = (path.parent / file).resolve() if file else path
        assert destination.is_file(), f"{target} leads nowhere"
        if anchor:
            assert anchor in anchors(destination), f"{target}: no such heading"


def tracked_text():
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    for name in names:
        path = ROOT / name
        if path.suffix == ".gz":
            yield name, gzip.decompress(path.read_bytes()).decode()
        elif name and path.is_file() and not path.is_symlink() and path.suffix != ".png":
            yield name, path.read_text(encoding="utf-8")


needs_git = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this folder is no repository")


@needs_git
def test_no_path_of_a_machine_and_no_leftover_marker():
    # Put together here, so that this file does not find itself.
    paths = re.compile("|".join(["/wo" + "rk/", "/ho" + "me/[a-z]", "/ro" + "ot/", "/tm" + "p/", "C:" + r"\\Users"]))
    for name, text in tracked_text():
        assert not paths.search(text), f"{name}: {paths.search(text)[0]}"
        assert "<!-- explo" + "rer:" not in text, f"{name}: an explorer is missing"


@each_lesson
def test_notebook_metadata_is_the_same_on_every_machine(path):
    book = json.loads(path.read_text(encoding="utf-8"))
    assert book["metadata"]["kernelspec"]["name"] == "python3"
    assert not any("execution" in cell["metadata"] for cell in book["cells"]), "time stamps make every diff noisy"
