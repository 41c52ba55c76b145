"""The grading view's two tables: one for programs (CSV), one to read (a page)."""

import csv
import html
from collections import defaultdict

RANK = ("right", "wrong", "stopped", "open", "missing")  # of several answers, the best counts
SIGNS = {"right": "✓ right", "wrong": "✗ wrong", "stopped": "! stopped", "open": "open", "missing": "missing"}
COLUMNS = ("who", "file", "lesson", "exercise", "title", "state", "said")

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Grades</title>
<style>
body { font: 16px/1.4 system-ui, sans-serif; margin: 1.5rem; color: #1a1a1a; background: #fff; }
table { border-collapse: collapse; margin: 0 0 2rem; }
th, td { border: 1px solid #bbb; padding: 0.3rem 0.6rem; text-align: left; vertical-align: top; }
th { background: #eee; position: sticky; top: 0; }
.right { background: #d8f0e4; } .wrong { background: #fbe0d3; } .stopped, .unreadable { background: #f5d9e8; }
</style></head><body>
"""


def safe(text):
    """Return a text that no spreadsheet takes for a formula."""
    text = str(text)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def write_csv(path, rows):
    """Write one line for every answer, and for every file that could not be read."""
    with open(path, "w", encoding="utf-8-sig", newline="") as file:  # with the mark by which Excel knows UTF-8
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows([safe(getattr(row, column)) for column in COLUMNS] for row in rows)


def overview(rows):
    """Return the exercises, and for each learner the best state of each exercise."""
    best = defaultdict(dict)
    for row in rows:
        states = best[row.who]
        if row.exercise:
            states[row.exercise] = min(row.state, states.get(row.exercise, RANK[-1]), key=RANK.index)
    numbers = {number for states in best.values() for number in states}
    return sorted(numbers, key=lambda number: [int(part) for part in number.split(".")]), best


def write_page(path, rows):
    """Write a page: who solved which exercise, and what the checks said."""
    numbers, best = overview(rows)
    parts = [PAGE, "<h1>Grades</h1>\n<h2>Who solved what</h2>\n<table><thead><tr><th>who</th><th>solved</th>"]
    parts += [f'<th scope="col">{number}</th>' for number in numbers]
    parts.append("</tr></thead><tbody>\n")
    for who, states in sorted(best.items(), key=lambda item: item[0].lower()):
        solved = sum(state == "right" for state in states.values())
        parts.append(f'<tr><th scope="row">{html.escape(who)}</th><td>{solved} of {len(states)}</td>')
        for number in numbers:
            state = states.get(number, "")
            parts.append(f'<td class="{state}">{SIGNS.get(state, "")}</td>')
        parts.append("</tr>\n")
    parts.append("</tbody></table>\n<h2>What the checks said</h2>\n<table><thead><tr>")
    parts += [f'<th scope="col">{column}</th>' for column in COLUMNS]
    parts.append("</tr></thead><tbody>\n")
    for row in rows:
        cells = "".join(f"<td>{html.escape(str(getattr(row, column)))}</td>" for column in COLUMNS)
        parts.append(f'<tr class="{html.escape(row.state)}">{cells}</tr>\n')
    parts.append("</tbody></table>\n</body></html>\n")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write("".join(parts))
