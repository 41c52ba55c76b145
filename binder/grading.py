"""The grading view: a table of what the checks say to every answer in a folder of handed-in notebooks.

Of a notebook, only the cells of exercises are run, with the definitions that they need, beside the variables of a clean
copy of the lesson; the check and what it takes from the lesson are the course's own. Each answer has a process and a
folder of its own, with limits of time, memory and file size. So a notebook cannot stop the table, change what another
one gets, or write a grade by printing or into a file.

What is not prevented: an answer is a program, and runs with the rights of the one who grades. One that is written to
cheat can replace the check in its own process and so get its own exercise right; one that is written to harm can read,
change and send files. Look at what is suspicious, and grade notebooks of people whom you do not know in a container.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import Counter, namedtuple

import paths
from environment import find_environment
from grading_tables import write_csv, write_page
from handed_in import exercises_in, lessons, read_folder
from interpreters import tool_environment
from packages import READERS
from problems import Problem, say

Row = namedtuple("Row", "who file lesson exercise title state said")

SECONDS = 60  # for one answer
LESSON_SECONDS = 600  # for the lesson around the answers
AT_ONCE = 2  # answers
FORK = sys.platform == "linux"  # elsewhere a forked process cannot rely on the system's own libraries


def grade(arguments):
    """Write the table of a folder."""
    folder, seconds = read_arguments(arguments)
    known, rows = lessons(), []
    handed_in = read_folder(folder)
    if not handed_in:
        raise Problem(f"There is no file in {folder}.")
    jobs = {number: [] for number in known}
    for key, hand_in in enumerate(handed_in):
        found = {number: exercises_in(hand_in, lesson) for number, lesson in known.items()}
        own = max(found, key=lambda number: len(found[number])) if any(found.values()) else None
        rows += notes(hand_in, own)
        for number in known:
            wanted = (
                found[number] if number != own else [cell["number"] for cell in known[number].cells if cell["number"]]
            )
            if wanted:
                jobs[number].append({"key": key, "numbers": wanted, "cells": hand_in.cells})
    python = find_environment(READERS)
    for number, lesson in known.items():
        if jobs[number]:
            say(f"lesson {number}: {len(jobs[number])} notebooks")
            for (key, exercise), (state, said) in grades_of(python, lesson, jobs[number], seconds).items():
                who, file = handed_in[key].who, handed_in[key].file
                rows.append(Row(who, file, number, exercise, lesson.titles.get(exercise, ""), state, said))
    rows.sort(
        key=lambda row: (
            row.who.lower(),
            row.file,
            row.lesson,
            [int(part) for part in re.findall(r"\d+", row.exercise)],
        )
    )
    table = os.path.abspath(folder) + "_grades"
    write_csv(table + ".csv", rows)
    write_page(table + ".html", rows)
    states = Counter(row.state for row in rows)
    say(", ".join(f"{count} {state}" for state, count in states.most_common()))
    say(f"written: {table}.csv and .html")
    return 0


def read_arguments(arguments):
    """Return the folder and the seconds that an answer may take."""
    words, seconds = list(arguments), SECONDS
    if "--seconds" in words:
        place = words.index("--seconds")
        try:
            seconds = float(words[place + 1])
        except (IndexError, ValueError):
            raise Problem("--seconds takes a number: how long an answer may take.") from None
        del words[place : place + 2]
    if len(words) != 1 or not os.path.isdir(words[0]):
        raise Problem("`grade` takes one folder, with the handed-in notebooks: course.py grade FOLDER.")
    return words[0], seconds


def notes(hand_in, own):
    """Return rows on the file itself: it cannot be read, holds no exercise, or those of another lesson."""
    if hand_in.problem:
        return [Row(hand_in.who, hand_in.file, "", "", "", "unreadable", hand_in.problem)]
    if own is None:
        return [Row(hand_in.who, hand_in.file, "", "", "", "unreadable", "No exercise of this course is in it.")]
    named = re.search(r"(?<!\d)(\d\d)_[a-z]", os.path.basename(hand_in.file))
    if named and int(named.group(1)) != own:
        said = f"The file is named like lesson {int(named.group(1))}; its exercises are those of lesson {own}."
        return [Row(hand_in.who, hand_in.file, own, "", "", "note", said)]
    return []


def grades_of(python, lesson, jobs, seconds):
    """Return state and sentence by key of the hand-in and number of the exercise.

    If an answer ends the whole process, it is named, and the others are judged in a new one.
    """
    grades, suspects = {}, []
    while True:
        left = [
            dict(job, numbers=[number])
            for job in jobs
            for number in job["numbers"]
            if (job["key"], number) not in grades
        ]
        if not left:
            return grades
        suspects = [job for job in suspects if job in left]
        # Without fork, each answer has a run of the lesson for itself; so has one that may have ended the process.
        batch = left if FORK and not suspects else (suspects or left)[:1]
        begun, failed = run_worker(python, lesson, batch, seconds, grades)
        ungraded = [job for job in batch if (job["key"], job["numbers"][0]) not in grades]
        if failed:
            said, named = failed, ungraded
        elif len(batch) == 1:
            said, named = "Python itself ended, or its time was over, while this answer ran.", ungraded
        else:
            said, named = "It could not be judged.", [] if begun else ungraded
            suspects = [job for job in ungraded if (job["key"], job["numbers"][0]) in begun]
        for job in named:
            grades[job["key"], job["numbers"][0]] = "stopped", said


def run_worker(python, lesson, jobs, seconds, grades):
    """Run a lesson with these jobs in a scratch folder; fill in the grades.

    Returns what had begun and has no grade, and a sentence if the lesson itself failed.
    """
    wanted = {(job["key"], number) for job in jobs for number in job["numbers"]}
    begun, failed = set(), ""
    scratch = tempfile.mkdtemp()
    try:
        place = copy_course(scratch)
        task = {"cells": lesson.cells, "jobs": jobs, "seconds": seconds, "at_once": AT_ONCE, "fork": FORK}
        paths.write(os.path.join(scratch, "task.json"), json.dumps(task))
        variables = tool_environment(python)
        variables.update(PYTHONPATH=place, MPLBACKEND="agg", COURSE_GRADES="", TMPDIR=scratch)
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "grading_worker.py")
        with subprocess.Popen(
            [python, "-W", "ignore", program, os.path.join(scratch, "task.json")],
            cwd=place,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        ) as worker:
            clock = threading.Timer(LESSON_SECONDS + seconds * len(wanted), worker.kill)
            clock.start()
            for line in worker.stdout:
                told = understood(line)
                failed = told.get("failed", failed)
                which = told.get("key"), told.get("number")
                if which in wanted and told["state"] == "begun":
                    begun.add(which)
                elif which in wanted:
                    grades.setdefault(which, (told["state"], told["said"]))
                    begun.discard(which)
            clock.cancel()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return begun, failed


def understood(line):
    """Return what the worker says in a line; nothing, if it was cut short."""
    try:
        return json.loads(line)
    except ValueError:
        return {}


def copy_course(scratch):
    """Copy what lessons need to a scratch folder, with a data folder of its own; return where notebooks would be."""
    place = os.path.join(scratch, "notebooks")
    os.makedirs(os.path.join(place, "data"))
    for name in ("forcefield", "labels", "images"):
        if os.path.isdir(os.path.join(paths.ROOT, "notebooks", name)):
            shutil.copytree(os.path.join(paths.ROOT, "notebooks", name), os.path.join(place, name))
    if os.path.exists(paths.ENVIRONMENT):
        shutil.copy(paths.ENVIRONMENT, scratch)
    return place
