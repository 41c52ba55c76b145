"""The slides: every lesson as a talk in the browser, made from the same cells, without network."""

import os
import shutil
import subprocess

import paths
from environment import find_environment
from interpreters import tool_environment
from problems import Problem, say

FOLDER = os.path.join("editions", "slides")
INDEX = "index.html"


def slides(arguments):
    """Make a folder of slides: index.html, a page for each lesson, and what they need."""
    if len(arguments) > 1 or "".join(arguments).startswith("-"):
        raise Problem("`slides` takes one folder, which it makes: course.py slides FOLDER.")
    target = os.path.abspath(arguments[0] if arguments else os.path.join(paths.ROOT, FOLDER))
    if os.path.isdir(target) and os.listdir(target):
        if not os.path.isdir(os.path.join(target, "reveal")):
            raise Problem(f"{target} holds other files: name a folder that is not there yet.")
        shutil.rmtree(target)
    python = find_environment()
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "slide_pages.py")
    subprocess.run([python, program, target, *paths.notebooks()], env=tool_environment(python), check=True)
    say(f"written: open {os.path.join(target, INDEX)} in a browser; S opens the speaker's notes.")
    return 0
