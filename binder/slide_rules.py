"""Which slides a lesson's cells make: rules that need no mark in any cell.

A heading starts a slide, and so does every text cell. The code cells below it follow on the same slide, as far as there
is room; what a cell printed and drew follows its code. Of a long paragraph, the first sentences stand on the slide and
the rest in the speaker's notes. Left out are folded code (its figure stays), cells that only prepare, hints, solutions,
folded answers (they are in the notes), optional sections and lists of terms. `What do you expect?` is a slide, its
answer the next one; an exercise is its goal and the picture that the right answer makes; a quiz is a slide for each
question.
"""

import ast
import re
from collections import namedtuple

from edition_lessons import tags_of, text_of

# `kind` is the CSS class of the slide, `blocks` are pairs of a kind and what it holds: ("markdown", text),
# ("code", source), ("text", printed), ("figure", (PNG in base64, alt text, caption)), ("html", safe HTML).
Slide = namedtuple("Slide", "title kind blocks notes")

PARAGRAPH_WORDS = 50  # what a paragraph may have on a slide
CAPTION_WORDS = 45  # what a text may have that stands under a figure
FOLDED = re.compile(r"\s*<details>\s*<summary>([^<]*)</summary>(.*?)</details>", re.DOTALL)
HEADING = re.compile(r"^(#{1,4}) +(.+?) *#* *$")
QUESTION = "**What do you expect?**"
OPTIONAL = re.compile(r"\(optional\)|^(\d+\. )?(Terminology|References)", re.IGNORECASE)
LEFT_OUT = ("progress(", "progress_of_all(", "quiz(", "start_lesson(")


def slides_of(notebook):
    """Return the slides of a lesson, `notebook` as json.load gives it."""
    slides, title, skipped = [], "", 0
    for cell in notebook["cells"]:
        tags = set(tags_of(cell))
        if cell["cell_type"] == "markdown":
            for level, heading, text in parts_of(text_of(cell["source"])):
                if level and (not skipped or level <= skipped):
                    skipped = level if OPTIONAL.search(heading) else 0
                if heading.startswith("Exercise ") and not skipped:  # what follows belongs to the section before
                    slides += text_slides(heading, level, text)
                    continue
                title = heading if heading and not skipped else title
                if not skipped:
                    slides += text_slides(title, level, text)
        elif cell["cell_type"] == "code" and not skipped and "exercise" not in tags:
            if "solution" in tags:
                add_picture(slides, cell)
            elif quiz_output(cell):
                slides += quiz_slides(title, quiz_output(cell))
            elif slides:
                if slides[-1].kind != "text":
                    slides.append(Slide(title, "text", [], []))
                slides[-1].blocks.extend(code_blocks(cell))
    shown = [slide for slide in slides if slide.blocks and (slide.title, slide.kind) != ("Quiz", "text")]
    return with_captions(([] if slides[0] in shown else slides[:1]) + shown)


def with_captions(slides):
    """Put what is said of a figure under it, where that is one short text."""
    kept = []
    for slide in slides:
        before = kept[-1] if kept else None
        words = slide.blocks[0][1].split() if slide.blocks and slide.blocks[0][0] == "markdown" else []
        if (
            before
            and (before.kind, before.title) == (slide.kind, slide.title) == ("text", slide.title)
            and before.blocks[-1][0] == "figure"
            and 0 < len(words) <= CAPTION_WORDS
            and not re.match(r"\||[-*+] |\d+\. |```|\$\$|!\[", slide.blocks[0][1])
            and slide.blocks[0][1].rstrip()[-1] in ".!*)"
        ):
            before.blocks[-1] = ("figure", (*before.blocks[-1][1][:2], slide.blocks[0][1]))
            before.notes.extend(slide.notes)
            slide = Slide(slide.title, "text", slide.blocks[1:], [])
        if slide.blocks or slide.kind == "title":
            kept.append(slide)
    return kept


def parts_of(text):
    """Return level (0 for none), heading and text of each part of a text cell."""
    parts, fence = [(0, "", [])], False
    for line in text.splitlines():
        fence ^= line.lstrip().startswith("```")
        heading = None if fence else HEADING.match(line)
        if heading:
            parts.append((len(heading.group(1)), heading.group(2), []))
        else:
            parts[-1][2].append(line)
    return [
        (level, heading, "\n".join(lines).strip())
        for level, heading, lines in parts
        if heading or "".join(lines).strip()
    ]


def text_slides(title, level, text):
    """Return the slides of a part of a text cell."""
    notes = [f"{summary}: {answer.strip()}" for summary, answer in FOLDED.findall(text) if summary != "Hint"]
    hint = "<summary>Hint</summary>" in text
    text = FOLDED.sub("", text).strip().replace(QUESTION, "\n\n" + QUESTION).strip()
    if hint and not text:
        return []
    if level == 1:
        return title_slides(title, text)
    kind = "text"
    if title.startswith("Exercise "):
        kind = "exercise"
    elif QUESTION in text:
        kind = "expect"
    elif re.match(r"\*\*Answer: [A-D]", text):
        kind = "answer"
    blocks = []
    for block in blocks_of(text):
        shown, rest = (block, "") if QUESTION in block else shortened(block)
        blocks.append(("markdown", shown))
        notes += [rest] if rest else []
    if kind == "expect":  # what stands before the question, or after its answers, is a slide of its own
        start = next(place for place, block in enumerate(blocks) if QUESTION in block[1])
        end = max(place for place, block in enumerate(blocks) if place == start or block[1].startswith("- **")) + 1
        parts = ("text", blocks[:start], []), (kind, blocks[start:end], notes), ("text", blocks[end:], [])
        return [Slide(title, *part) for part in parts if part[1]]
    return [Slide(title, kind, blocks, notes)]


def title_slides(title, text):
    """Return the first slides of a lesson: its name, and what its header says but for the minutes of reading."""
    blocks = [block for block in blocks_of(text) if not block.startswith("**Time**")]
    place = next((count for count, block in enumerate(blocks) if block.startswith("**You will learn**")), 0)
    first = Slide(title, "title", [("markdown", shortened(block)[0]) for block in blocks[:place]], blocks[:place])
    rest = [("markdown", shortened(block)[0]) for block in blocks[place:]]
    return [first, *([Slide(title, "text", rest, [])] if rest else [])]


def blocks_of(text):
    """Return the paragraphs, lists, tables, formulas and code of a text."""
    blocks, lines, fence = [], [], ""
    for line in text.splitlines():
        bare = line.strip()
        mark = next((mark for mark in ("```", "$$") if bare.startswith(mark)), "")
        if fence:
            lines.append(line)
            if bare.endswith(fence):
                blocks, lines, fence = blocks + ["\n".join(lines)], [], ""
        elif mark and not (mark == "$$" and len(bare) > 4 and bare.endswith("$$")):
            blocks, lines, fence = blocks + (["\n".join(lines)] if lines else []), [line], mark
        elif not bare:
            blocks, lines = blocks + (["\n".join(lines)] if lines else []), []
        else:
            lines.append(line)
    return [block for block in [*blocks, "\n".join(lines)] if block.strip()]


def shortened(block):
    """Return what stands of a block on the slide, and the whole for the notes if that is not all."""
    if re.match(r"\s*(\||[-*+] |\d+\. |```|\$\$|<|!\[)", block) or len(block.split()) <= PARAGRAPH_WORDS:
        return block, ""
    shown = ""
    for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z*`$\[(])", block):
        whole = all(shown.count(mark) % 2 == 0 for mark in ("**", "`", "$")) and shown.count("[") == shown.count("]")
        if shown and whole and len((shown + sentence).split()) > PARAGRAPH_WORDS:
            return shown, block
        shown = f"{shown} {sentence}".strip()
    return shown, ""


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
