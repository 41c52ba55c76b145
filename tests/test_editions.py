"""The student's and the teacher's edition: no answer is left in one, every answer is open in the other, both run."""

import ast
import copy
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

import editions
import paths
from edition_lessons import student_lesson, teacher_lesson
from problems import Problem

ROOT = Path(__file__).resolve().parent.parent
SUMMARY = r"<summary>(?!Hint<)[^<]*"
PICTURE = "iVBORw0KGgo="


def code(source, count, tags=(), **metadata):
    output = nbformat.v4.new_output("execute_result", {"text/plain": "1"}, execution_count=count)
    metadata |= {"tags": list(tags)} if tags else {}
    return nbformat.v4.new_code_cell(source, execution_count=count, outputs=[output], metadata=metadata)


@pytest.fixture
def lesson():
    """A lesson with one exercise, as json.load gives it."""
    drawn = {"image/png": PICTURE, "text/plain": "A curve [in eV]\nwith a `well`.", "text/html": '<img src="x">'}
    solution = 'def force(r):\n    return -2 * r\n\n\ncheck_solution("3.2", force)'
    cells = [
        nbformat.v4.new_markdown_cell(
            "**Try:** move it.\n\n<details><summary>What one sees</summary>\n\nIt grows.\n\n</details>"
        ),
        code('def force(r):\n    return ...\n\n\ncheck("3.2", force)', 1, ["exercise"]),
        nbformat.v4.new_markdown_cell("<details><summary>Hint</summary>\n\nA sign.\n\n</details>"),
        code(solution, 2, ["solution", "hide-input"], jupyter={"source_hidden": True}),
        nbformat.v4.new_markdown_cell("<details><summary>Answer</summary>\n\nB.\n\n</details>"),
        code("quiz(3)", 3),
        code("from forcefield.exercises import check, check_solution, quiz", 4),
    ]
    cells[3].outputs = [nbformat.v4.new_output("display_data", drawn)]
    cells[5].outputs[0].data["text/html"] = "<p>1. Why?</p><details><summary>Answer</summary><p>B: so</p></details>"
    return json.loads(nbformat.writes(nbformat.v4.new_notebook(cells=cells)))


def sources(book):
    return ["".join(cell["source"]) for cell in book["cells"]]


# ---- one lesson --------------------------------------------------------------------------------


def test_a_students_lesson_has_the_picture_in_place_of_the_solution(lesson):
    before, pictures = copy.deepcopy(lesson), {}
    book = student_lesson(lesson, pictures)
    assert lesson == before
    nbformat.validate(book)
    assert sources(book) == [
        "**Try:** move it.",
        'def force(r):\n    return ...\n\n\ncheck("3.2", force)',
        "<details><summary>Hint</summary>\n\nA sign.\n\n</details>",
        "**The picture that the right answer makes**\n\n"
        r"![A curve \[in eV\] with a \`well\`.](images/right_answers/3.2.png)",
        "quiz(3)",
        "from forcefield.exercises import check, quiz",
    ]
    assert list(pictures) == ["images/right_answers/3.2.png"]
    assert pictures["images/right_answers/3.2.png"].startswith(b"\x89PNG")
    assert book["cells"][3]["cell_type"] == "markdown"
    assert "".join(book["cells"][4]["outputs"][0]["data"]["text/html"]) == "<p>1. Why?</p>"
    assert [cell["execution_count"] for cell in book["cells"] if "outputs" in cell] == [1, 2, 3]
    assert book["cells"][4]["outputs"][0]["execution_count"] == 2


def test_a_students_lesson_alone_holds_its_pictures(lesson):
    assert f"](data:image/png;base64,{PICTURE})" in sources(student_lesson(lesson))[3]


def test_a_solution_without_a_picture_leaves_nothing(lesson):
    lesson["cells"][3]["outputs"] = []
    assert len(student_lesson(lesson)["cells"]) == 5


def test_a_teachers_lesson_is_open(lesson):
    before = copy.deepcopy(lesson)
    book = teacher_lesson(lesson)
    assert lesson == before
    nbformat.validate(book)
    assert book["cells"][3]["metadata"] == {"tags": ["solution"]}
    assert sources(book)[0].startswith("**Try:** move it.\n\n<details open><summary>What one sees")
    assert sources(book)[4].startswith("<details open><summary>Answer")
    assert sources(book)[2].startswith("<details><summary>Hint")


# ---- a folder ----------------------------------------------------------------------------------


def course(folder, book):
    """A course of one lesson, not in git."""
    (folder / "notebooks" / "forcefield" / "exercises").mkdir(parents=True)
    (folder / "notebooks" / "scripts").mkdir()
    (folder / "notebooks" / "data").mkdir()
    (folder / "notebooks" / "data" / "own.txt").write_text("the reader's")
    (folder / "notebooks" / "01_one.ipynb").write_text(json.dumps(book), "utf-8")
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"), "utf-8")
    (folder / "README.md").write_text(
        "# A course\n\nSee [wrong ones](tests/wrong_answers) and [one](pyproject.toml).\n"
    )
    return folder


@pytest.fixture
def small(launcher_folder, lesson, monkeypatch):
    monkeypatch.setattr(editions, "find_environment", lambda: sys.executable)
    return course(launcher_folder, lesson)


def test_a_folder_is_made_and_made_again_and_nothing_else_is_touched(small, lesson):
    target = small / "editions" / "student"
    assert editions.student([]) == 0
    names = sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file())
    assert names == [
        "README.md",
        "notebooks/01_one.ipynb",
        "notebooks/forcefield/exercises/edition.txt",
        "notebooks/images/right_answers/3.2.png",
        "notebooks/scripts/01_one.py",
        "pyproject.toml",
    ]
    readme = (target / "README.md").read_text("utf-8")
    assert readme.startswith("# A course\n\n**The student's edition.**")
    assert readme.endswith("\nSee wrong ones and [one](pyproject.toml).\n")
    (target / ".venv").mkdir()
    (target / "old.txt").touch()
    (small / "other").mkdir()
    assert editions.student([]) == 0
    assert sorted(os.listdir(target)) == [".venv", "README.md", "notebooks", "pyproject.toml"]
    assert json.loads((small / "notebooks" / "01_one.ipynb").read_text("utf-8")) == lesson


def test_a_folder_with_other_files_is_left_alone(small):
    (small / "mine").mkdir()
    (small / "mine" / "thesis.tex").touch()
    with pytest.raises(Problem, match="mine holds other files: name a folder that is not there yet"):
        editions.student([str(small / "mine")])
    with pytest.raises(Problem, match="takes one folder"):
        editions.teacher(["a", "b"])
    assert os.listdir(small / "mine") == ["thesis.tex"]


def test_an_edition_is_not_made_from_an_edition(small, monkeypatch):
    editions.student([])
    monkeypatch.setattr(paths, "ROOT", str(small / "editions" / "student"))
    with pytest.raises(Problem, match="This folder is an edition itself"):
        editions.teacher([])


# ---- the course --------------------------------------------------------------------------------


def made(edition, folder):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(editions, "find_environment", lambda: sys.executable)
        assert editions.make(edition, [str(folder / edition)]) == 0
    return folder / edition


@pytest.fixture(scope="module")
def student(tmp_path_factory):
    """The student's edition of this course."""
    return made("student", tmp_path_factory.mktemp("made"))


def lines_of(text):
    return {line.strip() for line in text.splitlines()} - {""}


def solution_lines():
    """The lines that stand in a solution and nowhere else in the lessons or the package."""
    inside, elsewhere = set(), set()
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            (inside if "solution" in cell.metadata.get("tags", []) else elsewhere).update(lines_of(cell.source))
    for path in (ROOT / "notebooks" / "forcefield").rglob("*.py"):
        elsewhere |= lines_of(path.read_text("utf-8"))
    return inside - elsewhere


def leaks(folder, solutions):
    """Lines of solutions, folded answers and marks of them, wherever they stand in a folder."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.suffix in {".py", ".ipynb", ".md", ".txt", ".yml"}):
        text = path.read_text("utf-8")
        if path.suffix == ".ipynb":
            book = nbformat.reads(text, as_version=4)
            shown = [str(output) for cell in book.cells for output in cell.get("outputs", [])]
            text = "\n".join(
                [cell.source for cell in book.cells] + [repr(cell.metadata) for cell in book.cells] + shown
            )
        if path.is_relative_to(folder / "notebooks") and "forcefield" not in path.parts:
            found += [
                f"{path.name}: {match[0]}" for match in re.finditer(rf"{SUMMARY}|check_solution|'solution'", text)
            ]
        # In a script a line of text begins with "# ".
        lines = lines_of(text) | {line.removeprefix("# ") for line in lines_of(text)}
        found += [f"{path.name}: {line}" for line in lines & solutions]
    return found


def test_a_leak_is_found(tmp_path, lesson):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "01_one.ipynb").write_text(json.dumps(lesson), "utf-8")
    found = leaks(tmp_path, {"return -2 * r"})
    assert "01_one.ipynb: return -2 * r" in found
    assert "01_one.ipynb: check_solution" in found
    assert "01_one.ipynb: 'solution'" in found
    assert {f"01_one.ipynb: <summary>{word}" for word in ("Answer", "What one sees")} <= set(found)
    (tmp_path / "notebooks" / "01_one.ipynb").unlink()
    (tmp_path / "test_one.py").write_text("def f(r):\n    return -2 * r\n", "utf-8")
    assert leaks(tmp_path, {"return -2 * r"}) == ["test_one.py: return -2 * r"]
    (tmp_path / "test_one.py").write_text("# return -2 * r\n", "utf-8")
    assert leaks(tmp_path, {"return -2 * r"}) == ["test_one.py: return -2 * r"]


def test_no_solution_is_left_in_the_students_edition(student):
    assert leaks(student, solution_lines()) == []


def names(cells):
    """Names that code defines, and names that it reads."""
    defined, read = set(), set()
    for node in (node for cell in cells for node in ast.walk(ast.parse(cell.source))):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else defined).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            defined.add(node.name)
        elif isinstance(node, ast.alias):
            defined.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.arg):
            defined.add(node.arg)
    return defined, read


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")), ids=lambda path: path.stem)
def test_no_lesson_needs_what_only_a_solution_defines(path):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    solutions = [cell for cell in cells if "solution" in cell.metadata.get("tags", [])]
    defined, read = names(cell for cell in cells if cell not in solutions)
    assert names(solutions)[0] & read - defined == set()


def test_pictures_stand_where_solutions_drew_them(student):
    drawn, there = [], []
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if "solution" in cell.metadata.get("tags", []):
                drawn += [out.data["text/plain"] for out in cell.outputs if "image/png" in out.get("data", {})]
        for cell in nbformat.read(student / "notebooks" / path.name, as_version=4).cells:
            for alt, address in re.findall(r"!\[(.*)\]\((images/right_answers/.*)\)", cell.source):
                there.append(re.sub(r"\\(.)", r"\1", alt))
                assert (student / "notebooks" / address).read_bytes().startswith(b"\x89PNG")
    assert there == [" ".join(alt.split()) for alt in drawn]


def test_everything_else_is_in_the_folder_and_in_the_zip(student):
    with zipfile.ZipFile(f"{student}.zip") as archive:
        packed = {name.removeprefix("student/") for name in archive.namelist()}
    there = {path.relative_to(student).as_posix() for path in student.rglob("*") if path.is_file()}
    assert packed == {name for name in there if "__pycache__" not in name and "notebooks/data" not in name}
    for name in set(editions.files_of(ROOT)) - packed:
        assert editions.left_out(name, "student"), name
    for name in {name for names in editions.LEFT_OUT.values() for name in names}:
        assert (ROOT / name).exists(), f"{name} is left out, but there is none"


def test_the_students_edition_is_tested_with_the_command_of_the_readme(student):
    """Lesson 0 under strict nbval, and of every lesson what an edition could break."""
    broken = "pair or size or order or stored or alt or lead or nbval or ipynb or Cell"
    tested = ["notebooks/00_start_here.ipynb", "tests/test_notebooks.py", "-k", broken]
    command = [sys.executable, "binder/course.py", "test", "-q", "-n", "0", "-p", "no:cacheprovider", *tested]
    prefix = {"VIRTUAL_ENV": sys.prefix} if sys.prefix != sys.base_prefix else {"CONDA_PREFIX": sys.prefix}
    ran = subprocess.run(command, cwd=student, env=os.environ | prefix, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-1000:]


def test_the_teachers_edition_has_every_solution_open(tmp_path):
    folder = made("teacher", tmp_path)
    count = 0
    for path in sorted((folder / "notebooks").glob("[0-9]*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if "solution" in cell.metadata.get("tags", []):
                assert "jupyter" not in cell.metadata
                count += 1
            assert not re.search(rf"<details>\s*{SUMMARY}", cell.source)
    assert count == sum(
        "solution" in cell.metadata.get("tags", [])
        for path in (ROOT / "notebooks").glob("[0-9]*.ipynb")
        for cell in nbformat.read(path, as_version=4).cells
    )
