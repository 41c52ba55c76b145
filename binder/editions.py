"""The student's and the teacher's edition of the course: a folder and a zip each, made from the one source."""

import json
import os
import re
import shutil
import subprocess
import zipfile

import paths
from edition_lessons import student_lesson, teacher_lesson
from environment import find_environment
from interpreters import tool_environment
from problems import Problem, say

FOLDER = "editions"  # where they are made, unless a folder is named; not in git
MARK = os.path.join("notebooks", "forcefield", "exercises", "edition.txt")  # says which edition a folder is

# Not for students: what holds answers, and tests of it; tests of style, since a stub may import what only its answer
# uses. Not for teachers: tests of what is folded.
LEFT_OUT = {
    "student": (
        ".ci",
        "notebooks/teaching.md",
        "tests/test_editions.py",
        "tests/test_lesson_exercises.py",
        "tests/test_settings.py",
        "tests/test_teaching.py",
        "tests/wrong_answers",
    ),
    "teacher": (".ci", "tests/test_editions.py", "tests/test_lesson_exercises.py", "tests/test_lesson_code.py"),
}
WORDS = {
    "student": "**The student's edition.** Under each exercise stands the picture that the right answer makes; the "
    "solutions are left out. The check in its cell says what is still wrong with an answer, and when it is right.",
    "teacher": "**The teacher's edition: not for learners.** All solutions and answers are open.",
}


def student(arguments):
    """Make the student's edition."""
    return make("student", arguments)


def teacher(arguments):
    """Make the teacher's edition."""
    return make("teacher", arguments)


def make(edition, arguments):
    """Make a folder with every file of the course, the lessons changed for this edition, and a zip of it."""
    if len(arguments) > 1 or "".join(arguments).startswith("-"):
        raise Problem(f"`{edition}` takes one folder, which it makes: course.py {edition} FOLDER.")
    if os.path.exists(os.path.join(paths.ROOT, MARK)):
        raise Problem("This folder is an edition itself: make others from the folder of the whole course.")
    target = os.path.abspath(arguments[0] if arguments else os.path.join(paths.ROOT, FOLDER, edition))
    inside = os.path.relpath(target, paths.ROOT).replace(os.sep, "/") + "/"  # of no file, if the target is elsewhere
    names = [name for name in files_of(paths.ROOT) if not left_out(name, edition) and not name.startswith(inside)]
    clear(target)
    for name in names:
        copied = os.path.join(target, *name.split("/"))
        os.makedirs(os.path.dirname(copied), exist_ok=True)
        shutil.copy2(os.path.join(paths.ROOT, *name.split("/")), copied, follow_symlinks=False)
    os.makedirs(os.path.dirname(os.path.join(target, MARK)), exist_ok=True)
    paths.write(os.path.join(target, MARK), edition + "\n")
    readme = os.path.join(target, "README.md")
    paths.write(readme, readme_of(paths.read(readme), edition))
    change_lessons(target, edition)
    pack(target)
    say(f"written: {target} and {os.path.basename(target)}.zip, {os.path.getsize(target + '.zip') / 1e6:.1f} MB")
    return 0


def files_of(folder):
    """Return the names of the course's files, with / between their parts: those in git, or all but what is made."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8"
    )
    if listed.returncode == 0 and listed.stdout:
        names = listed.stdout.strip("\0").split("\0")
        return sorted(name for name in names if os.path.lexists(os.path.join(folder, name)))
    made = {"__pycache__", "data", FOLDER, "_site", "_slides", "unfinished"}  # the folder was unpacked from an archive
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in made and (name[0] != "." or name == ".github")]
        found += [os.path.relpath(os.path.join(place, name), folder).replace(os.sep, "/") for name in names]
    return sorted(found)


def left_out(name, edition):
    """Tell whether an edition goes without this file."""
    return any(name == one or name.startswith(one + "/") for one in LEFT_OUT[edition])


def clear(target):
    """Empty the folder of an earlier edition, but for its .venv; any other folder with files stays as it is."""
    if not os.path.isdir(target):
        return
    if os.listdir(target) and not os.path.isfile(os.path.join(target, MARK)):
        raise Problem(f"{target} holds other files: name a folder that is not there yet.")
    for name in os.listdir(target):
        path = os.path.join(target, name)
        if os.path.isdir(path) and not os.path.islink(path):
            if name != ".venv":
                shutil.rmtree(path)
        else:
            os.remove(path)


def readme_of(text, edition):
    """Return the README with a word on the edition; a link to what is left out becomes plain text."""
    title, _, rest = text.partition("\n")
    rest = re.sub(r"\[([^\]]+)\]\(([^)#\s]+)[^)\s]*\)", lambda m: m[1] if left_out(m[2], edition) else m[0], rest)
    return f"{title}\n\n{WORDS[edition]}\n{rest}"


def change_lessons(target, edition):
    """Change the notebooks of a folder for an edition, and make their scripts anew."""
    books = sorted(name for name in os.listdir(os.path.join(target, "notebooks")) if re.match(r"\d.*\.ipynb$", name))
    for name in books:
        path = os.path.join(target, "notebooks", name)
        notebook, pictures = json.loads(paths.read(path)), {}
        changed = student_lesson(notebook, pictures) if edition == "student" else teacher_lesson(notebook)
        paths.write(path, json.dumps(changed, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
        for file, content in pictures.items():
            picture = os.path.join(target, "notebooks", *file.split("/"))
            os.makedirs(os.path.dirname(picture), exist_ok=True)
            with open(picture, "wb") as written:
                written.write(content)
        script = os.path.join(target, "notebooks", "scripts", name.replace(".ipynb", ".py"))
        if os.path.exists(script):
            os.remove(script)
    if books:
        python = find_environment()
        command = [python, "-m", "jupytext", "--quiet", "--sync"]
        command += [os.path.join(target, "notebooks", name) for name in books]
        subprocess.run(command, env=tool_environment(python), check=True)
    if os.path.exists(os.path.join(target, "tests", "bounds.txt")):  # solutions may have had bounds
        renew = "import sys; sys.path.insert(0, 'binder'); import bounds; bounds.bounds([])"
        subprocess.run([find_environment(), "-c", renew], cwd=target, stdout=subprocess.DEVNULL, check=True)


def pack(target):
    """Write a folder, without what is made in it, to a zip beside it."""
    base = os.path.basename(target)
    with zipfile.ZipFile(target + ".zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for place, folders, names in os.walk(target):
            folders[:] = sorted(name for name in folders if name not in (".venv", "__pycache__"))
            for name in sorted(names):
                path = os.path.join(place, name)
                archive.write(path, os.path.join(base, os.path.relpath(path, target)))
