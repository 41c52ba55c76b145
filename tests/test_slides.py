"""The slides: which cells make which slide, and in a browser without network, nothing is cut off or too small."""

import json
import re
import sys
from pathlib import Path

import browser
import nbformat
import pytest

import slides
from problems import Problem
from slide_rules import slides_of
from slide_texts import blocks_of, parts_of, shortened

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
LEAST_TEXT = 18  # pixels, of 720

# ---- from cells to slides ----------------------------------------------------------------------


def text(source):
    return nbformat.v4.new_markdown_cell(source)


def code(source, *outputs, folded=False, tags=()):
    metadata = {"jupyter": {"source_hidden": True}, "tags": ["hide-input", *tags]} if folded else {"tags": list(tags)}
    return nbformat.v4.new_code_cell(source, outputs=list(outputs), metadata=metadata)


def printed(words):
    return nbformat.v4.new_output("stream", text=words)


def drawn(alt):
    return nbformat.v4.new_output(
        "display_data", {"image/png": "iVBORw0KGgo=", "text/plain": alt, "text/html": "<img>"}
    )


def made(*cells):
    """Slides of a lesson, each with its title, kind, and what its blocks begin with."""
    book = nbformat.v4.new_notebook(cells=[text("# 3. Fits\n\n**Time** about 3 minutes."), *cells])
    found = slides_of(json.loads(nbformat.writes(book)))
    assert (found[0].title, found[0].kind, found[0].blocks) == ("3. Fits", "title", [])
    return [
        (slide.title, slide.kind, [held[1] if kind == "figure" else held for kind, held in slide.blocks])
        for slide in found[1:]
    ]


def test_a_text_cell_starts_a_slide_and_its_code_follows():
    cells = [
        text("## 1. One\n\nFirst.\n\nSecond."),
        code("import numpy as np"),
        code("a = 1\nprint(a)", printed("1\n"), printed("\n"), printed("2\n")),
        text("Third."),
        code("axes.plot()", drawn("A line."), folded=True),
        text("It falls."),
        text("It falls, and this is said in a list:\n\n- one"),
    ]
    assert made(*cells) == [
        ("1. One", "text", ["First.", "Second.", "a = 1\nprint(a)", "1\n2"]),
        ("1. One", "text", ["Third.", "A line."]),
        ("1. One", "text", ["It falls, and this is said in a list:", "- one"]),
    ]


def test_what_is_said_of_a_figure_stands_under_it():
    book = nbformat.v4.new_notebook(cells=[text("# A"), text("B."), code("x", drawn("A line.")), text("It falls.")])
    found = slides_of(json.loads(nbformat.writes(book)))
    assert found[-1].blocks[-1] == ("figure", ("iVBORw0KGgo=", "A line.", "It falls."))


def test_questions_exercises_and_the_quiz():
    quiz = '<p><b>1. Why?</b></p><ol type="A"><li>So</li></ol><details><summary>Answer</summary><p>A: so</p></details>'
    html = nbformat.v4.new_output("display_data", {"text/html": quiz + quiz.replace("1. Why", "2. How")})
    cells = [
        text("## 1. One\n\nBefore.\n\n**What do you expect?** Which?\n\n- **A** this\n- **B** that\n\nNow we look."),
        code("show()", drawn("A curve."), folded=True),
        text("**Answer: B.** Because."),
        text("### Exercise 3.1: Do\n\n**5 minutes**\n\nThe goal."),
        code('answer = ...\ncheck("3.1", answer)', printed("not answered yet"), tags=["exercise"]),
        text("<details><summary>Hint</summary>\n\nLook.\n\n</details>"),
        code('answer = 1\ncheck_solution("3.1", answer)', drawn("The right picture."), folded=True, tags=["solution"]),
        text("Back in section one."),
        text("## Quiz\n\nThree questions."),
        code("quiz(3)", html),
        code("progress(3)", printed("0 of 1")),
    ]
    assert made(*cells) == [
        ("1. One", "text", ["Before."]),
        ("1. One", "expect", ["**What do you expect?** Which?", "- **A** this\n- **B** that"]),
        ("1. One", "text", ["Now we look.", "A curve."]),
        ("1. One", "answer", ["**Answer: B.** Because."]),
        ("Exercise 3.1: Do", "exercise", ["**5 minutes**", "The goal.", "The right picture."]),
        ("1. One", "text", ["Back in section one."]),
        ("Quiz", "quiz", ['<p><b>1. Why?</b></p><ol type="A"><li>So</li></ol>']),
        ("Quiz", "quiz", ['<p><b>2. How?</b></p><ol type="A"><li>So</li></ol>']),
    ]


def test_what_is_optional_is_left_out():
    cells = [
        text("## 1. One\n\nA."),
        text("## 2. Two (optional)\n\nB."),
        text("### Part of two\n\nC."),
        code("print(1)", printed("1")),
        text("## 3. Three\n\nD."),
        code("strain_explorer(models)", drawn("Sliders.")),
        text("## Terminology\n\n| a |\n|---|"),
    ]
    assert made(*cells) == [("1. One", "text", ["A."]), ("3. Three", "text", ["D.", "Sliders."])]


def test_long_paragraphs_are_cut_after_a_sentence_and_whole_in_the_notes():
    long = "The first **sentence. It** is long. " + "Words of the second follow here and go on. " * 8
    shown, rest = shortened(long)
    assert shown.startswith("The first **sentence. It** is long. Words")
    assert shown.endswith("go on.")
    assert len(shown.split()) <= 55
    assert rest == long
    assert shortened("Short. Text.") == ("Short. Text.", "")
    table = "| a |\n|---|\n" + "| word word |\n" * 40
    assert shortened(table) == (table, "")


def test_folded_answers_go_to_the_notes():
    book = nbformat.v4.new_notebook(
        cells=[text("# A"), text("**Try:** x.\n\n<details><summary>What one sees</summary>\n\nIt grows.\n\n</details>")]
    )
    last = slides_of(json.loads(nbformat.writes(book)))[-1]
    assert last.blocks == [("markdown", "**Try:** x.")]
    assert last.notes == ["What one sees: It grows."]


def test_a_text_is_taken_apart_at_headings_and_blank_lines():
    source = "Before.\n\n## Two\n\n```python\n# no heading\n\nx\n```\n$$\na\n\nb\n$$\nAfter.\n\n- one\n- two"
    assert [part[:2] for part in parts_of(source)] == [(0, ""), (2, "Two")]
    blocks = blocks_of(parts_of(source)[1][2])
    assert blocks == ["```python\n# no heading\n\nx\n```", "$$\na\n\nb\n$$", "After.", "- one\n- two"]


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(Problem, match="holds other files"):
        slides.slides([str(tmp_path)])
    with pytest.raises(Problem, match="takes one folder"):
        slides.slides(["a", "b"])


# ---- in the browser ----------------------------------------------------------------------------

needs_browser = pytest.mark.skipif(browser.find_chromium() is None, reason="no Chromium or Chrome found")

# What of the slide in sight is outside of it, what has smaller letters than allowed, and pictures not drawn.
LOOK = """least => {
    const slide = Reveal.getCurrentSlide(), found = [];
    const about = element => element.tagName + ' ' + (element.textContent || element.alt || '').trim().slice(0, 60);
    for (const element of slide.querySelectorAll('*')) {
        if (element.closest('.notes, mjx-assistive-mml, style')) continue;
        const box = element.getBoundingClientRect();
        if (box.width && box.height && (box.left < -1 || box.top < -1 || box.right > 1281 || box.bottom > 721))
            found.push(`outside (${[box.left, box.top, box.right, box.bottom].map(Math.round)}): ${about(element)}`);
        if (element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX !== 'visible')
            found.push('cut off: ' + about(element));
        const words = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
        const size = parseFloat(getComputedStyle(element).fontSize);
        if (words && size < least - 0.01 && !element.closest('mjx-container, sub, sup'))
            found.push(`${size} px: ${about(element)}`);
        if (element.tagName === 'IMG' && !(element.naturalWidth && element.alt))
            found.push('no picture or no text of it: ' + about(element));
    }
    const formula = slide.querySelector('mjx-merror');
    if (formula) found.push('formula: ' + about(formula));
    if (!slide.textContent.trim()) found.push('empty');
    return found;
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The slides of the whole course."""
    target = tmp_path_factory.mktemp("made") / "slides"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slides, "find_environment", lambda: sys.executable)
        assert slides.slides([str(target)]) == 0
        assert slides.slides([str(target)]) == 0  # again, in place of the old ones
    return target


@pytest.fixture(scope="module")
def page(folder):
    with browser.chromium() as running:
        page = running.new_page(viewport={"width": 1280, "height": 720})
        page.complaints = []
        page.on(
            "request", lambda request: request.url.startswith(("file:", "data:")) or page.complaints.append(request.url)
        )
        page.on("requestfailed", lambda request: page.complaints.append(f"failed: {request.url}"))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
        yield page


@needs_browser
@pytest.mark.parametrize("name", [path.stem for path in NOTEBOOKS])
def test_nothing_is_cut_off_or_too_small(page, folder, name):
    page.complaints.clear()
    page.goto((folder / f"{name}.html").as_uri())
    page.wait_for_function("window.slidesAreReady", timeout=60_000)
    count = page.evaluate("Reveal.getTotalSlides()")
    assert count >= 10
    found = {}
    for place in range(count):
        page.evaluate(f"Reveal.slide({place})")
        if problems := page.evaluate(LOOK, LEAST_TEXT):
            found[place + 1] = problems[:3]
    assert found == {}
    assert page.complaints == []


@needs_browser
def test_a_slide_that_is_too_long_for_anything_is_seen(page, folder):
    """The look itself finds what is wrong."""
    page.goto((folder / "00_start_here.html").as_uri())
    page.wait_for_function("window.slidesAreReady", timeout=60_000)
    page.evaluate("""() => Reveal.getCurrentSlide().insertAdjacentHTML('beforeend',
        '<p style="position: absolute; top: 700px; font-size: 12px">Two<br>lines</p><img src="data:,">')""")
    found = " ".join(page.evaluate(LOOK, LEAST_TEXT))
    assert all(words in found for words in ("outside (", "12 px: P", "no picture"))


@needs_browser
def test_keys_turn_the_slides_and_the_index_leads_to_every_lesson(page, folder):
    page.goto((folder / "index.html").as_uri())
    assert page.get_by_role("link").count() == len(NOTEBOOKS)
    page.get_by_role("link").first.click()
    page.wait_for_function("window.slidesAreReady", timeout=60_000)
    page.keyboard.press("ArrowRight")
    assert page.evaluate("Reveal.getIndices().h") == 1
    page.wait_for_url(re.compile(r"#/1$"))
