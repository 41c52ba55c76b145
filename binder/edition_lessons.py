"""A lesson as the student's and the teacher's edition have it."""

import base64
import copy
import re

# Every folded text but a hint gives an answer away.
ANSWER = r"<details>(\s*<summary>(?!Hint\b)[^<]*</summary>.*?</details>)"


def student_lesson(notebook, pictures=None):
    """Return a lesson without solutions: in place of each stands the picture that the right answer makes.

    `notebook` is what json.load gives of it, and stays as it is. Pictures are put into the dict `pictures`, bytes by
    address, and the lesson refers to these files; without a dict they become part of the lesson's text.
    """
    book, cells = copy.deepcopy(notebook), []
    for cell in book["cells"]:
        if "solution" in tags_of(cell):
            cell = picture_cell(cell, pictures)
        elif cell["cell_type"] == "markdown":
            cell["source"] = without_answers(text_of(cell["source"])).strip().splitlines(True)
        elif cell["cell_type"] == "code":  # nothing is left that uses this name
            cell["source"] = re.sub(r"\bcheck_solution, |, check_solution\b", "", text_of(cell["source"])).splitlines(
                True
            )
        for output in (cell or {}).get("outputs", []):
            data = output.get("data", {})
            if "text/html" in data:
                data["text/html"] = without_answers(text_of(data["text/html"])).splitlines(True)
        if cell and (cell["cell_type"] != "markdown" or cell["source"]):
            cells.append(cell)
    book["cells"] = cells
    number_runs(cells)
    return book


def without_answers(text):
    """Return a text without what is folded in it, but for hints."""
    return re.sub(r"\s*" + ANSWER, "", text, flags=re.DOTALL)


def picture_cell(cell, pictures):
    """Return a text cell with the pictures of a solution's outputs; None if there are none."""
    number = re.search(r"check_solution\(\s*[\"']([\d.]+)", text_of(cell["source"]))
    lines = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if "image/png" not in data:
            continue
        encoded = text_of(data["image/png"]).replace("\n", "")
        address = "data:image/png;base64," + encoded
        if pictures is not None:
            name = number.group(1) if number else cell["id"]
            address = "images/right_answers/{}{}.png".format(name, "bcdefgh"[len(lines) - 1] if lines else "")
            pictures[address] = base64.b64decode(encoded)
        alt = re.sub(r"([\[\]\\`*_$<>])", r"\\\1", " ".join(text_of(data["text/plain"]).split()))
        lines.append(f"\n![{alt}]({address})\n")
    if not lines:
        return None
    heading = "**The picture that the right answer makes**\n"
    return {"cell_type": "markdown", "id": cell["id"], "metadata": {}, "source": "".join([heading, *lines]).strip()}


def teacher_lesson(notebook):
    """Return a lesson whose solutions and answers are open; `notebook` stays as it is."""
    book = copy.deepcopy(notebook)
    for cell in book["cells"]:
        if "solution" in tags_of(cell):
            cell["metadata"].get("jupyter", {}).pop("source_hidden", None)
            if not cell["metadata"].get("jupyter", True):
                del cell["metadata"]["jupyter"]
            cell["metadata"]["tags"] = [tag for tag in tags_of(cell) if tag != "hide-input"]
        elif cell["cell_type"] == "markdown":
            opened = re.sub(ANSWER, r"<details open>\1", text_of(cell["source"]), flags=re.DOTALL)
            cell["source"] = opened.splitlines(True)
    return book


def tags_of(cell):
    """Return the tags of a cell."""
    return cell.get("metadata", {}).get("tags", [])


def text_of(lines):
    """Return a text that a notebook holds whole or as a list of lines."""
    return lines if isinstance(lines, str) else "".join(lines)


def number_runs(cells):
    """Count again in which order the cells ran."""
    count = 0
    for cell in cells:
        if cell["cell_type"] == "code" and cell.get("execution_count"):
            count += 1
            cell["execution_count"] = count
            for output in cell["outputs"]:
                if output["output_type"] == "execute_result":
                    output["execution_count"] = count
