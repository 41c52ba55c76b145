"""The teacher's page keeps its word: links, sections, minutes, votes and exercises are those of the lessons."""

import re
from pathlib import Path

import nbformat
import pytest

import course
import editions

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "notebooks" / "teaching.md").read_text(encoding="utf-8")
LESSONS = {int(path.stem[:2]): path for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))}
each_lesson = pytest.mark.parametrize("lesson", sorted(LESSONS))


def cells(lesson):
    return nbformat.read(LESSONS[lesson], as_version=4).cells


def markdown(lesson):
    return [cell.source for cell in cells(lesson) if cell.cell_type == "markdown"]


def part_of(lesson):
    """What the page says of a lesson."""
    after = PAGE.split(f"\n### Lesson {lesson}: ")
    assert len(after) == 2
    return re.split(r"\n### ", after[1])[0]


def test_the_readme_leads_here_and_students_do_not_get_it():
    assert "](notebooks/teaching.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert editions.left_out("notebooks/teaching.md", "student")
    assert not editions.left_out("notebooks/teaching.md", "teacher")


def test_links_lead_somewhere():
    headings = re.findall(r"(?m)^#+ (.+)$", PAGE)
    anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
    for target in re.findall(r"\]\(([^)\s]+)\)", PAGE):
        if target.startswith("#"):
            assert target[1:] in anchors, target
        elif not target.startswith("https://"):
            assert (ROOT / "notebooks" / target).is_file(), target


def test_every_command_exists():
    commands = set(re.findall(r"course\.py (\w+)", PAGE))
    assert {"lab", "setup", "student", "teacher", "slides", "grade"} <= commands
    for command in commands:
        assert re.search(rf"^  (  python3 binder/course\.py )?{command} ", course.__doc__, re.MULTILINE), command


# Plans


def test_a_double_lesson_has_90_minutes():
    plans = PAGE.split("## A week before")[0]
    sums, current = {}, None
    for number, minutes in re.findall(r"(?m)^\| (\d?) ?\| .+? \| (\d+) \|", plans):
        current = int(number) if number else current
        sums[current] = sums.get(current, 0) + int(minutes)
    assert sums == dict.fromkeys(range(1, 7), 90)


def test_the_clock_of_the_workshop_is_right():
    rows = re.findall(r"(?m)^\| (\d+):(\d\d) \| .+ \| (\d+) \|$", PAGE)
    begin = [60 * int(hour) + int(minute) for hour, minute, _ in rows]
    end = [start + int(minutes) for start, (_, _, minutes) in zip(begin, rows, strict=True)]
    assert len(rows) >= 8
    assert begin[1:] == end[:-1]
    assert (begin[0], end[-1]) == (9 * 60, 17 * 60)


def named(text):
    """The numbers of "3, 4 and 10" or "1 to 3 and 8"."""
    found = set()
    for first, last in re.findall(r"(\d+)(?: to (\d+))?", text):
        found |= set(range(int(first), int(last or first) + 1))
    return found


def test_every_section_that_is_named_exists():
    mentions = re.findall(r"[Ll]esson (\d+), sections? ((?:\d+(?:,? (?:to |and )?)?)+)", PAGE)
    assert len(mentions) > 25
    for lesson, sections in mentions:
        has = {int(one) for one in re.findall(r"(?m)^## (\d+)\. ", "\n".join(markdown(int(lesson))))}
        assert named(sections) <= has, f"lesson {lesson}: {sections}"


def test_every_exercise_that_is_named_exists():
    have = {
        number
        for lesson in LESSONS
        for number in re.findall(r"(?m)^### Exercise (\d+\.\d+):", "\n".join(markdown(lesson)))
    }
    mentions = re.findall(r"exercises? (\d+\.\d+)(?: (?:and|or) (\d+\.\d+))?", PAGE)
    mentions = {number for pair in mentions for number in pair if number}
    assert len(mentions) > 15
    assert mentions <= have


# Lesson by lesson


@each_lesson
def test_minutes_are_those_of_the_lesson(lesson):
    time = re.search(r"\*\*Time\*\* about (\d+) minutes to read and run, (\d+) for", markdown(lesson)[0])
    said = re.search(r"\*\*(\d+) minutes\*\* to read and run, \*\*(\d+) minutes\*\* for the exercises", part_of(lesson))
    assert said.groups() == time.groups()


def votes(lesson):
    """Section and right letter of every question, in the lesson's order."""
    section, found = "", []
    for source in markdown(lesson):
        for line in source.split("\n"):
            if heading := re.match(r"## (\d+)\. ", line):
                section = heading[1]
            if line.startswith("**What do you expect?**"):
                found.append([section, None])
            if answer := re.match(r"\*\*Answer: ([A-D])\.\*\* ", line):
                found[-1][1] = answer[1]
    return [tuple(one) for one in found]


@each_lesson
def test_votes_are_those_of_the_lesson(lesson):
    assert re.findall(r"(?m)^\| (\d+) \| .+ \| ([A-D]) \|$", part_of(lesson)) == votes(lesson)


@each_lesson
def test_exercises_are_those_of_the_lesson(lesson):
    heading = r"### Exercise (\d+\.\d+): (.+)\n\n\*\*(\d+) minutes?\*\*([^\n]*)"
    have = [re.match(heading, source) for source in markdown(lesson) if source.startswith("### Exercise")]
    rows = re.findall(r"(?m)^\| (\d+\.\d+) (.+?) \| (\d+) \| (.+?) \| (.+) \|$", part_of(lesson))
    assert [row[:3] for row in rows] == [one.groups()[:3] for one in have]
    for (_, _, _, kind, tested), one in zip(rows, have, strict=True):
        assert kind == (one[4].removeprefix(" · ") or "write it")
        assert len(tested.split()) >= 4


@each_lesson
def test_what_is_said_before_an_explorer_names_its_section(lesson):
    section, explorers = "", []
    for cell in cells(lesson):
        for line in cell.source.split("\n"):
            if cell.cell_type == "markdown" and (heading := re.match(r"## (\d+)\. ", line)):
                section = heading[1]
            if cell.cell_type == "code" and re.match(r"\w+_explorer\(", line):
                explorers.append(section)
    assert re.findall(r"\*\*Say before the explorer\*\* \(section (\d+),", part_of(lesson)) == explorers
    assert "**Can be skipped.**" in part_of(lesson)
    assert part_of(lesson).count("\n- ") >= 2, "what goes wrong, and what to answer"
    assert lesson == 0 or "**Ask after.**" in part_of(lesson)
