#!/usr/bin/env python3
"""The course on machine-learned force fields: one command opens it, one tests it.

    python3 binder/course.py lab     open the course in JupyterLab, in your browser
    python3 binder/course.py test    check that everything works (some minutes)

All it needs is Python 3.11, 3.12, 3.13 or 3.14. The first time, it makes the folder .venv beside
README.md and installs the packages of environment.yml there (a few minutes; 1.4 GB for readers,
1.7 GB with those of the tests); from then on it starts at once. To take back all that room, delete
.venv. On Windows, write `py` for `python3`. With conda, run `conda env create -f environment.yml`
and `conda activate force-field-course`: the same commands then use that environment and make no
.venv (-f binder/environment.yml is enough for readers).

For readers
  lab [OPTIONS]    open notebooks/00_start_here.ipynb; Ctrl-C ends it. OPTIONS go to JupyterLab:
                       python3 binder/course.py lab --no-browser --port 9999
  setup            only make or update .venv, to work without network later
  setup --fill FOLDER
                   put the packages into a folder, for a classroom without internet
  setup --offline FOLDER
                   make .venv from such a folder alone

For teachers
  student [FOLDER] make the student's edition, without solutions: a folder and a zip of it
  teacher [FOLDER] make the teacher's edition, with all solutions open: a folder and a zip of it
  grade FOLDER     run the answers in a folder of handed-in notebooks, and write a table of what the
                   checks say to each: FOLDER_grades.csv, and FOLDER_grades.html to read
  slides [FOLDER]  make every lesson as slides for the browser, to open without network

For contributors
  test [OPTIONS]   run all tests and all notebooks. OPTIONS and paths go to pytest:
                       python3 binder/course.py test notebooks/02_dataset.ipynb
                       python3 binder/course.py test tests -k launcher
  test --processors [NAME] [OPTIONS]
                   run the numerical tests as on several processors, or as on one of
                   nehalem, sandybridge, haswell, zen, skylakex
  test --no-network [OPTIONS]
                   the same where no network can be reached (Linux)
  bench [OPTIONS]  time and accuracy of the course's model beside the published recipe
  sync             carry changes between the notebooks and notebooks/scripts/; the newer file wins
  run [NAMES]      sync, then run these notebooks (or all) and store their outputs:
                       python3 binder/course.py run 02 03
  bounds           list the bounds that the stored numbers keep, in tests/bounds.txt
  site [--no-browser]
                   build the site from the stored notebooks, in notebooks/_site, and open it
  lock             after a change in environment.yml's first two parts: renew the locked rest
"""

import errno
import os
import signal
import subprocess
import sys

import paths
from bounds import bounds
from editions import student, teacher
from environment import find_environment
from grading import grade
from interpreters import tool_environment
from lock import lock
from no_network import run_without_network
from notebooks import run, sync
from numerical_tests import PYTEST, test_processors
from offline import setup
from packages import READERS
from problems import Problem, disk_full, say
from slides import slides
from website import site


def hand_over(python, arguments):
    """Become the tool that ``python -m arguments`` starts; its return code is ours."""
    variables = tool_environment(python)
    settings = os.path.join(paths.ROOT, "binder", "jupyter")
    variables["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        [settings, *filter(None, [variables.get("JUPYTER_CONFIG_PATH")])]
    )
    os.chdir(paths.ROOT)
    command = [python, *arguments]
    if os.name != "nt":
        os.execve(python, command, variables)
    tool = subprocess.Popen(command, env=variables)
    while True:
        try:
            return tool.wait()
        except KeyboardInterrupt:  # the tool got it too, and ends in its own way
            pass


def lab(arguments):
    """Open JupyterLab; binder/jupyter/ says on which page."""
    # In a container one is often root, and JupyterLab would refuse to start.
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return hand_over(find_environment(READERS), ["-m", "jupyterlab", *root, *arguments])


def test(arguments):
    """Run pytest; pyproject.toml says on what."""
    if "--no-network" in arguments:
        arguments = [argument for argument in arguments if argument != "--no-network"]
        find_environment()  # made, if need be, while there is a network
        return run_without_network([sys.executable, os.path.abspath(__file__), "test", *arguments])
    if arguments[:1] == ["--processors"]:
        return test_processors(arguments[1:])
    return hand_over(find_environment(), [*PYTEST, *arguments])


def bench(arguments):
    """Run the benchmark."""
    return hand_over(find_environment(), [os.path.join("tests", "benchmark.py"), *arguments])


def main(arguments):
    """Run one command; returns 0 if all went well."""
    commands = {
        "lab": lab,
        "test": test,
        "bench": bench,
        "setup": setup,
        "sync": sync,
        "run": run,
        "bounds": bounds,
        "site": site,
        "lock": lock,
        "student": student,
        "teacher": teacher,
        "grade": grade,
        "slides": slides,
    }
    if not arguments or arguments[0] == "help" or "-h" in arguments or "--help" in arguments:
        print(__doc__.strip())
        return 0
    if arguments[0] not in commands:
        say("course.py: no command {}: there are {} (and --help).".format(arguments[0], ", ".join(commands)))
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that pip is stopped as well
    try:
        return commands[arguments[0]](arguments[1:])
    except Problem as problem:
        say(f"course.py: {problem}")
    except subprocess.CalledProcessError as failure:
        say("course.py: {} failed: see above.".format(" ".join(map(str, failure.cmd))))
    except KeyboardInterrupt:
        say("\nStopped. The same command takes it up again.")
        return 130
    except OSError as error:
        if error.errno == errno.ENOSPC:
            error = disk_full()
        say(f"course.py: {error}")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
