"""The bounds that numbers from training keep: how near a number is, and the list of all bounds in tests/bounds.txt."""

import json
import os
import re
from collections import namedtuple

import paths

# A bound nearer to the stored number than the first factor, or further than the second, needs a reason.
NEAR, LOOSE = 2, 6
LIST = os.path.join("tests", "bounds.txt")
GENERAL = "near"  # the heading of reasons for many near bounds
ROUNDING = 0.97  # stored numbers have two digits
NUMBER = r"(-?[\d.]+(?:e[-+]?\d+)?)"
# What forcefield.evaluation.report prints: "force error: 3.5 meV/Å (at most 25)", "ratio: 2 (from 1.5 to 4)".
REPORT = re.compile(
    rf"^(.+?): {NUMBER}(?: (\S+))? \((?:at most {NUMBER}|at least {NUMBER}|from {NUMBER} to {NUMBER})\)$", re.MULTILINE
)
HEADING = f"""\
# Every bound in the lessons' outputs, so that a change of one is seen. Written by `python3 binder/course.py bounds`.
# A bound further than a factor of {LOOSE} from the stored number, or nearer than a factor of {NEAR}, needs a reason:
# write it after two blanks and a # at the end of its line. The command keeps it as long as the bound stays what it is.
# What many near bounds have in common is said once, under "{GENERAL}": a reason there is for all lines with the words.
"""

Report = namedtuple("Report", "name value unit at_least at_most")


def reports(text):
    """Return the reports in a text, in order; a bound that is not there is None."""
    found = []
    for name, value, unit, most, least, low, high in REPORT.findall(text):
        at_least, at_most = (float(bound) if bound else None for bound in (least or low, most or high))
        found.append(Report(name.strip(), float(value), unit, at_least, at_most))
    return found


def stored_reports(path):
    """Return the reports in a notebook's stored outputs."""
    cells = json.loads(paths.read(path))["cells"]
    texts = ["".join(output.get("text", "")) for cell in cells for output in cell.get("outputs", [])]
    return [report for text in texts for report in reports(text)]


def margins(report):
    """Return by which factor the number could change until it breaks each of its bounds; below 1 it is broken."""
    pairs = [(report.value, report.at_most), (-report.value, None if report.at_least is None else -report.at_least)]
    return [factor(value, at_most) for value, at_most in pairs if at_most is not None]


def factor(value, at_most):
    """Return by which factor a number could change until it is above ``at_most``; infinite if the signs differ."""
    if value != value:
        return 0.0
    if value == 0 or (value < 0) != (at_most < 0):
        return float("inf") if value <= at_most else 0.0
    return at_most / value if value > 0 else value / at_most if at_most else float("inf")


def words(report):
    """Return a report's bounds as in "at least 1.5, at most 4 meV"."""
    low = [] if report.at_least is None else [f"at least {report.at_least:g}"]
    high = [] if report.at_most is None else [f"at most {report.at_most:g}"]
    return f"{', '.join(low + high)} {report.unit}".rstrip()


def read_list(text):
    """Return the lines of each lesson in tests/bounds.txt, each a pair of its bound and its reason or ""."""
    lessons, lines = {}, []
    for entry in text.splitlines():
        if entry.startswith("  "):
            bound, _, reason = entry.strip().partition("  # ")
            lines.append((bound, reason))
        elif entry and not entry.startswith("#"):
            lines = lessons[entry] = []
    return lessons


def complaints(report, reason="", general=()):
    """Return what is wrong with a stored number and its bounds, a sentence each.

    Words in `general` are reasons for near bounds alone.
    """
    left = [(f"{report.name}: {report.value:g} ({words(report)})", margin) for margin in margins(report)]
    broken = [f"{what} breaks its bound." for what, margin in left if margin < ROUNDING]
    loose = [f"{what} is {margin:.1f} times away from its bound." for what, margin in left if margin * ROUNDING > LOOSE]
    near = [
        f"{what} is only {margin:.2f} times away from its bound."
        for what, margin in left
        if ROUNDING <= margin < NEAR * ROUNDING and not any(word in what for word in general)
    ]
    return broken + ([] if reason else loose + near)


def listed(notebook, reasons, general=()):
    """Return a lesson's lines for tests/bounds.txt, and its complaints; `general` as in `complaints`."""
    found = stored_reports(notebook)
    lines = [f"{report.name}: {words(report)}" for report in found]
    wrong = [text for report, entry in zip(found, lines) for text in complaints(report, reasons.get(entry), general)]
    return [f"{entry}  # {reasons[entry]}" if reasons.get(entry) else entry for entry in lines], wrong


def bounds(arguments):
    """Write the bounds in the lessons' outputs to tests/bounds.txt, and print what is wrong with them."""
    path = os.path.join(paths.ROOT, LIST)
    old, text, code = read_list(paths.read(path)), HEADING, 0
    general = old.get(GENERAL, [])
    if general:
        text += "\n".join(["", GENERAL, *[f"  {words}  # {reason}" for words, reason in general], ""])
    for notebook in paths.notebooks():
        lesson = os.path.splitext(os.path.basename(notebook))[0]
        lines, wrong = listed(notebook, dict(old.get(lesson, [])), [words for words, _ in general])
        text += "\n".join(["", lesson, *["  " + entry for entry in lines], ""]) if lines else ""
        for complaint in wrong:
            print(f"{lesson[:2]}  {complaint}")
            code = 1
    paths.write(path, text)
    return code
