"""The grading view: a table of what the checks say to every answer in a folder of handed-in notebooks."""

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
            wanted = found[number] if number != own else list(known[number].titles)
            if wanted:
                jobs[number].append({"key": key, "numbers": wanted, "cells": hand_in.cells})
    python = find_environment(READERS)
    for number, lesson in known.items():
        if jobs[number]:
            say(f"lesson {number}: {len(jobs[number])} notebooks")
            for (key, exercise), (state, said) in grades_of(python, lesson, jobs[number], seconds).items():
                who, file = handed_in[key].who, handed_in[key].file
                rows.append(Row(who, file, number, exercise, lesson.titles[exercise], state, said))
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
    grades = {}
    while True:
        left = []
        for job in jobs:
            numbers = [number for number in job["numbers"] if (job["key"], number) not in grades]
            # Without fork, each answer has a whole run of the lesson for itself.
            left += [dict(job, numbers=numbers)] if numbers and FORK else [dict(job, numbers=[one]) for one in numbers]
        if not left:
            return grades
        batch = left if FORK else left[:1]
        begun, failed = run_worker(python, lesson, batch, seconds, grades)
        if failed or not FORK:
            said = failed or "Python itself ended, or took too long: does the cell end it, or does a loop never end?"
            begun = {(job["key"], number) for job in batch for number in job["numbers"]}
        else:
            said = "Python itself ended while this answer ran."
        if not begun and not all((job["key"], number) in grades for job in batch for number in job["numbers"]):
            begun, said = {(batch[0]["key"], batch[0]["numbers"][0])}, "It could not be judged."
        for which in begun:
            grades.setdefault(which, ("stopped", said))


def run_worker(python, lesson, jobs, seconds, grades):
    """Run a lesson with these jobs in a scratch folder; fill in the grades.

    Returns what had begun and has no grade, and a sentence if the lesson itself failed.
    """
    wanted = {(job["key"], number) for job in jobs for number in job["numbers"]}
    begun, failed = set(), ""
    with tempfile.TemporaryDirectory() as scratch:
        place = copy_course(scratch)
        task = {"cells": lesson.cells, "jobs": jobs, "seconds": seconds, "at_once": AT_ONCE, "fork": FORK}
        paths.write(os.path.join(scratch, "task.json"), json.dumps(task))
        variables = tool_environment(python)
        variables.update(PYTHONPATH=place, MPLBACKEND="agg", COURSE_GRADES="", TMPDIR=scratch)
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "grading_worker.py")
        worker = subprocess.Popen(
            [python, "-W", "ignore", program, os.path.join(scratch, "task.json")],
            cwd=place,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        clock = threading.Timer(LESSON_SECONDS + seconds * len(wanted), worker.kill)
        clock.start()
        for line in worker.stdout:
            try:
                told = json.loads(line)
                which = told.get("key"), told.get("number")
            except (ValueError, AttributeError):
                continue
            failed = told.get("failed", failed)
            if which in wanted and told["state"] == "begun":
                begun.add(which)
            elif which in wanted:
                grades.setdefault(which, (told["state"], told["said"]))
                begun.discard(which)
        worker.wait()
        clock.cancel()
    return begun, failed


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
