"""What learners handed in: whose it is, and the code cells of each notebook. Nothing of it is run here."""

import json
import os
import re
from collections import namedtuple

import paths
from edition_lessons import tags_of, text_of
from editions import MARK, files_of

# `problem` is empty, or says why there are no cells. A cell is a dict of "id" and "source".
HandIn = namedtuple("HandIn", "who file cells problem")
# `cells` are dicts of "id", "source" and "number": of an exercise, or "". Solutions are not among them.
Lesson = namedtuple("Lesson", "number stem cells titles")

CHECK = re.compile(r"\bcheck\(\s*[\"'](\d{1,2}\.\d{1,2})[\"']")
LARGEST = 50e6  # bytes
SKIPPED = {"__pycache__", "node_modules", "data"}
NO_NAME = re.compile(r"(?i)student|edition|copy|copie|kopie|final|\(\d+\)|lesson_?\d*|^\d+$")


def lessons():
    """Return the lessons of this course that have exercises, by number."""
    found = {}
    for path in paths.notebooks():
        cells, titles = [], {}
        for cell in json.loads(paths.read(path))["cells"]:
            source = text_of(cell["source"])
            titles.update(re.findall(r"(?m)^### Exercise (\d+\.\d+): (.+)$", source))
            if cell["cell_type"] == "code" and "solution" not in tags_of(cell):
                number = CHECK.search(source) if "exercise" in tags_of(cell) else None
                cells.append({"id": cell["id"], "source": source, "number": number.group(1) if number else ""})
        stem = os.path.splitext(os.path.basename(path))[0]
        if any(cell["number"] for cell in cells):
            found[int(stem[:2])] = Lesson(int(stem[:2]), stem, cells, titles)
    return found


def read_folder(folder):
    """Return a HandIn for every file in a folder and its sub-folders, but for the course's own that are no lessons."""
    own, found = tuple("/" + name for name in [*files_of(paths.ROOT), MARK.replace(os.sep, "/")]), []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in SKIPPED and not name.startswith("."))
        for name in sorted(names):
            file = os.path.relpath(os.path.join(place, name), folder).replace(os.sep, "/")
            notebook = name.lower().endswith(".ipynb")
            if name.startswith(".") or (not notebook and (file.endswith(own) or "/right_answers/" in file)):
                continue
            cells, problem = read_notebook(os.path.join(place, name)) if notebook else ([], "This is no notebook.")
            found.append(HandIn(learner(file), file, cells, problem))
    return found


def learner(file):
    """Return who handed in a file: the folder's name, or what of the file's name is not the lesson's."""
    if "/" in file:
        return file.split("/")[0]
    stem = os.path.splitext(file)[0]
    for path in paths.notebooks():
        stem = re.sub("(?i)" + re.escape(os.path.splitext(os.path.basename(path))[0]), " ", stem)
    words = [word for word in re.split(r"[\s_\-.,]+", NO_NAME.sub(" ", stem)) if word and not word.isdigit()]
    return " ".join(words) or os.path.splitext(file)[0]


def read_notebook(path):
    """Return the code cells of a notebook, and "" or a sentence that says why it cannot be read."""
    try:
        if os.path.getsize(path) > LARGEST:
            return [], f"The file is larger than {LARGEST / 1e6:.0f} MB."
        with open(path, encoding="utf-8", errors="replace") as file:
            book = json.load(file)
        cells = [
            {"id": str(cell.get("id", "")), "source": text_of(cell["source"])}
            for cell in book["cells"]
            if cell["cell_type"] == "code"
        ]
    except OSError as problem:
        return [], f"The file cannot be opened: {problem.strerror}."
    except (ValueError, RecursionError, MemoryError):
        return [], "The file is damaged: it is no JSON."
    except (KeyError, TypeError, AttributeError):
        return [], "The file is JSON, but no notebook."
    return cells, ""


def exercises_in(hand_in, lesson):
    """Return the numbers of the lesson's exercises that a notebook has a cell for."""
    called = {number for cell in hand_in.cells for number in CHECK.findall(cell["source"])}
    ids = {cell["id"] for cell in hand_in.cells}
    return [
        cell["number"] for cell in lesson.cells if cell["number"] and (cell["number"] in called or cell["id"] in ids)
    ]
