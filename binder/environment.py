"""The environment that everything runs in: found, or made in the folder .venv."""

import importlib.util
import os
import shutil
import subprocess
import sys

import paths
from install import install, run_pip
from interpreters import find_python, python_version
from packages import CONTRIBUTORS, inspect, read_environment
from problems import SPACE, Problem, disk_full, explain, say
from prune import prune

# The Pythons for which every pin has a wheel on Linux, macOS and Windows; `lock` checks that.
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def find_environment(use=CONTRIBUTORS):
    """Return a Python with exactly the pinned versions: of the active environment if it has them, else of ``.venv``.

    `use` says whose packages are needed: those of READERS, or those of CONTRIBUTORS, which are all.
    """
    with open(paths.ENVIRONMENT, encoding="utf-8") as file:
        text = file.read()
    pins, _ = read_environment(text, use)
    for variable in ("CONDA_PREFIX", "VIRTUAL_ENV"):
        prefix = os.environ.get(variable, "")
        python = find_python(prefix) if prefix else None
        if python and os.path.realpath(prefix) != os.path.realpath(paths.VENV):
            state = inspect(python, pins)
            if state and not state["wrong"]:
                return python
            say(f"The active environment {prefix} lacks packages of environment.yml: using .venv.")
    return own_environment(text, use)


def own_environment(text, use=CONTRIBUTORS):
    """Make ``.venv`` hold the pinned packages of environment.yml's text, and return the path of its Python.

    A finished one is stamped with its Python's version and the pins: while the stamp is right, nothing is
    looked at again. One that was interrupted while packages were changing is made anew. One that was made for
    contributors is right for readers too.
    """
    pins, cpu_index = read_environment(text, use)
    all_pins, _ = read_environment(text, CONTRIBUTORS)
    stamp, unfinished = paths.venv_file("stamp"), paths.venv_file("unfinished")
    python = find_python(paths.VENV)
    version = python_version(python) if python else None
    right = [stamp_text(version, pins), stamp_text(version, all_pins)] if version else []
    if paths.read(stamp) in right and not os.path.exists(unfinished):
        return python

    usable = version in PYTHONS and not os.path.exists(unfinished)
    state = inspect(python, pins) if usable else None
    if state is None:
        python = make_venv()
        version = python_version(python)
        state = inspect(python, pins)
    if state["wrong"]:
        install(python, state["wrong"], cpu_index)
        prune(paths.VENV)
    dropped = inspect(python, all_pins)["unlisted"]
    if dropped and paths.read(stamp):  # packages of an earlier list; without a stamp, the user's own
        run_pip(python, ["uninstall", "--yes", *dropped])
    paths.write(stamp, stamp_text(version, pins))
    say("The environment is ready: " + paths.VENV)
    return python


def make_venv():
    """Make an empty ``.venv``, in place of any other, and return the path of its Python."""
    version = "{}.{}".format(*sys.version_info[:2])
    if version not in PYTHONS:
        raise Problem(
            "This is Python {}, but the course needs Python {} or {}: install one of these and run "
            "this command with it.".format(version, ", ".join(PYTHONS[:-1]), PYTHONS[-1])
        )
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        raise Problem(
            "This Python has no venv module: install it (on Debian and Ubuntu with "
            f"`sudo apt install python{version}-venv`) and run the command again."
        )
    if os.path.exists(paths.VENV):
        shutil.rmtree(paths.VENV)
    if shutil.disk_usage(paths.ROOT).free < SPACE:
        raise disk_full()
    say("Making .venv with the packages of environment.yml. This happens once and takes some minutes.")
    os.mkdir(paths.VENV)
    paths.write(paths.venv_file("unfinished"), "")
    base = getattr(sys, "_base_executable", sys.executable)  # not one that was in the old .venv
    made = subprocess.run(
        [base, "-m", "venv", paths.VENV],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    if made.returncode:
        raise explain(made.stdout)
    os.remove(paths.venv_file("unfinished"))
    return find_python(paths.VENV)


def stamp_text(version, pins):
    """Return what tells one finished environment from another."""
    return "\n".join(["Python " + version, *pins, ""])
