"""Run the numerical tests as on several processors, and say which bounds came nearest to breaking."""

import glob
import json
import os
import re
import subprocess
import tempfile

import paths
from bounds import NEAR, Report, margins, stored_reports, words
from environment import find_environment
from interpreters import tool_environment
from problems import Problem, say
from processors import PROCESSORS, CannotEmulate, arithmetic, changed, emulate

OWN = "this machine"
# Two files at a time: each notebook's kernel takes one core and half a gigabyte. What the reader adds wins.
PYTEST = ["-m", "pytest", "-n", "2", "--dist", "loadfile"]


def test_processors(arguments):
    """Run the tests as on every processor, or as on the one named first; returns 0 if all of them pass.

    What follows the name goes to pytest.
    """
    python = find_environment()
    own = arithmetic(python, {})
    if arguments and arguments[0] in PROCESSORS:
        names, arguments = arguments[:1], arguments[1:]
        emulate(python, names[0], own)  # a processor that was asked for has to be there
    elif arguments and not arguments[0].startswith("-") and not named_paths(arguments[:1]):
        raise Problem("No processor is called {}: there are {}.".format(arguments[0], ", ".join(PROCESSORS)))
    else:
        names = [OWN, *PROCESSORS]
    plan, lines = make_plan(python, names, own)
    code, numbers = 0, []
    for name, variables, found in plan:
        parts = ", ".join(changed(found, own)) or "none"
        say(f"\n{name}: last digits differ from this machine's in these parts: {parts}.")
        failed, outcome, reports = run_tests(python, variables, arguments)
        code = code or failed
        lines.append(f"{name:13}{outcome}")
        numbers += [(report, name) for report in reports]
        if not reports and not named_paths(arguments):
            raise Problem("The lessons wrote no number to the file that COURSE_BOUNDS names: no bound was watched.")
    print("\n".join(["", *lines, "", *nearest(numbers)]))
    return int(code != 0)


def make_plan(python, names, own):
    """Return name, variables and arithmetic of each processor that is worth a run, and lines about the others."""
    plan, lines, like = [], [], {}
    for name in names:
        try:
            variables, found = ({}, own) if name == OWN else emulate(python, name, own)
        except CannotEmulate as reason:
            lines.append(f"{name:13}{reason}")
            continue
        same = like.setdefault(json.dumps(found["results"]), name)
        if same == name:
            plan.append((name, variables, found))
        else:
            lines.append(f"{name:13}not run: every digit is as on {same}")
    return plan, lines


def run_tests(python, variables, arguments):
    """Run pytest with these variables; return its code, its last line, and the reports that the tests made."""
    tests = [] if named_paths(arguments) else numerical_tests()
    with tempfile.TemporaryDirectory() as folder:
        record = os.path.join(folder, "bounds.jsonl")
        with subprocess.Popen(
            [python, *PYTEST, *arguments, *tests],
            cwd=paths.ROOT,
            env=dict(tool_environment(python), COURSE_BOUNDS=record, PYTHONIOENCODING="utf-8", **variables),
            stdout=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        ) as pytest:
            outcome = "nothing"
            for line in pytest.stdout:
                print(line, end="", flush=True)
                outcome = line.strip(" =\n") or outcome
        entries = [json.loads(line) for line in paths.read(record).splitlines()]
    reports = [Report(**{name: entry.get(name) for name in Report._fields}) for entry in entries]
    return pytest.returncode, outcome, reports


def named_paths(arguments):
    """Return the files and folders that pytest is asked for."""
    return [word for word in arguments if os.path.exists(os.path.join(paths.ROOT, word.split("::")[0]))]


def numerical_tests():
    """Return the test files that compute with the package, and the folder of the lessons."""
    tests = []
    for path in sorted(glob.glob(os.path.join(glob.escape(paths.ROOT), "tests", "test_*.py"))):
        imports = re.findall(r"(?m)^(?:from|import) (\w+)", paths.read(path))
        if "forcefield" in imports and "browser" not in imports:
            tests.append(os.path.relpath(path, paths.ROOT))
    return [*tests, "notebooks"]


def nearest(numbers):
    """Return lines about the bounds of the lessons that came nearest to breaking."""
    lessons = {}
    for path in paths.notebooks():
        for report in stored_reports(path):
            lessons[report.name, report.at_least, report.at_most] = os.path.basename(path)[:2]
    worst = {}
    for report, processor in numbers:
        key = report.name, report.at_least, report.at_most
        if key in lessons:
            row = (min(margins(report)), lessons[key], report.name, f"{report.value:.3g}", words(report), processor)
            worst[key] = min(worst.get(key, row), row)
    if not worst:
        return ["No lesson reported a number that has a bound."]
    rows = sorted(worst.values())
    near = sum(row[0] < NEAR for row in rows)
    heading = f"{near} of {len(rows)} bounds are nearer than a factor of {NEAR}; what is left, smallest first:"
    return [heading] + ["{:6.2f}  lesson {}  {}: {} ({}), {}".format(*row) for row in rows[: max(near, 10)]]
