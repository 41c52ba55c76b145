"""What a code cell puts on a slide: its source, what it printed and drew, questions of a quiz."""

import ast
import re

from edition_lessons import tags_of, text_of
from slide_texts import FOLDED, Slide

LEFT_OUT = ("progress(", "progress_of_all(", "quiz(", "start_lesson(")


def code_blocks(cell):
    """Return a code cell's source, if it is there to be read, and what it printed and drew."""
    source, blocks = text_of(cell["source"]).strip(), []
    folded = cell.get("metadata", {}).get("jupyter", {}).get("source_hidden") or "hide-input" in tags_of(cell)
    explorer = re.search(r"\w+_explorer\(.*\)$", source)  # a slide shows its picture, the notebook its sliders
    if source and not folded and not explorer and not only_prepares(source):
        blocks.append(("code", source))
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if "image/png" in data:
            blocks.append(("figure", picture_of(data)))
        elif output.get("output_type") == "stream":
            printed = text_of(output["text"]).strip("\n").rstrip()
            if printed and blocks and blocks[-1][0] == "text":
                blocks[-1] = ("text", f"{blocks[-1][1]}\n{printed}")
            elif printed:
                blocks.append(("text", printed))
        elif "text/plain" in data and "text/html" not in data:
            blocks.append(("text", text_of(data["text/plain"]).rstrip()))
        elif "text/html" in data and "<table" in text_of(data["text/html"]):
            blocks.append(("html", text_of(data["text/html"])))
    widgets = any("text/html" in output.get("data", {}) for output in cell.get("outputs", []))
    only_widgets = widgets and not any(kind != "code" for kind, _ in blocks)
    return [] if source.startswith(LEFT_OUT) or only_widgets else blocks


def only_prepares(source):
    """Tell whether code only imports, or begins the lesson."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return False
    return all(
        isinstance(node, (ast.Import, ast.ImportFrom)) or ast.unparse(node).startswith(LEFT_OUT) for node in statements
    )


def picture_of(data):
    """Return PNG, alt text and caption (none yet) of an output's data."""
    return text_of(data["image/png"]).replace("\n", ""), " ".join(text_of(data["text/plain"]).split()), ""


def add_picture(slides, cell):
    """Put the picture of a solution beside the goal of its exercise."""
    pictures = [picture_of(out["data"]) for out in cell.get("outputs", []) if "image/png" in out.get("data", {})]
    goals = [slide for slide in slides if slide.kind == "exercise"]
    if pictures and goals:
        goals[-1].blocks.extend(("figure", picture) for picture in pictures)


def quiz_output(cell):
    """Return the HTML of a quiz's questions, "" for any other cell."""
    if not re.search(r"^quiz\(\d+\)$", text_of(cell["source"]).strip(), re.MULTILINE):
        return ""
    return "".join(text_of(output.get("data", {}).get("text/html", "")) for output in cell.get("outputs", []))


def quiz_slides(title, page):
    """Return a slide for each question, with its answer in the notes."""
    slides = []
    for question in re.split(r"(?=<p><b>\d+\. )", page):
        answer = FOLDED.search(question)
        notes = [re.sub("<[^>]+>", "", answer.group(2))] if answer else []
        if "<ol" in question:
            slides.append(Slide(title, "quiz", [("html", FOLDED.sub("", question))], notes))
    return slides
