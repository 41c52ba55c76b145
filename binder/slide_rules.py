"""Which slides a lesson's cells make: rules that need no mark in any cell.

A heading starts a slide, and so does every text cell. The code cells below it follow on the same slide, as far as there
is room; what a cell printed and drew follows its code. Of a long paragraph, the first sentences stand on the slide and
the rest in the speaker's notes. Left out are folded code (its figure stays), cells that only prepare, hints, solutions,
folded answers (they are in the notes), optional sections and lists of terms. `What do you expect?` is a slide, its
answer the next one; an exercise is its goal and the picture that the right answer makes; a quiz is a slide for each
question.
"""

import re

from edition_lessons import tags_of, text_of
from slide_outputs import add_picture, code_blocks, quiz_output, quiz_slides
from slide_texts import Slide, parts_of, text_slides

CAPTION_WORDS = 45  # what a text may have that stands under a figure
OPTIONAL = re.compile(r"\(optional\)|^(\d+\. )?(Terminology|References)", re.IGNORECASE)


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
