"""Where the launcher's files are, and how it reads and writes them."""

import glob
import os

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ENVIRONMENT = os.path.join(ROOT, "environment.yml")
BINDER_ENVIRONMENT = os.path.join(ROOT, "binder", "environment.yml")  # the readers' part, for Binder and conda
VENV = os.path.join(ROOT, ".venv")


def venv_file(name):
    """Return the path of one of the launcher's own files in ``.venv``."""
    return os.path.join(VENV, f"course-{name}.txt")


def notebooks():
    """Return the paths of all lessons, in order; a reader's own notebooks beside them are none."""
    return sorted(glob.glob(os.path.join(glob.escape(ROOT), "notebooks", "[0-9]*.ipynb")))


def read(path):
    """Return a file's text, "" if there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def write(path, text):
    """Write a text file with the same line ends everywhere."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
