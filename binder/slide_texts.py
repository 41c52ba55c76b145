"""The slides that a text cell makes: headings, paragraphs, questions, goals of exercises."""

import re
from collections import namedtuple

# `kind` is the CSS class of the slide, `blocks` are pairs of a kind and what it holds: ("markdown", text),
# ("code", source), ("text", printed), ("figure", (PNG in base64, alt text, caption)), ("html", safe HTML).
Slide = namedtuple("Slide", "title kind blocks notes")

PARAGRAPH_WORDS = 50  # what a paragraph may have on a slide
FOLDED = re.compile(r"\s*<details>\s*<summary>([^<]*)</summary>(.*?)</details>", re.DOTALL)
HEADING = re.compile(r"^(#{1,4}) +(.+?) *#* *$")
QUESTION = "**What do you expect?**"


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
