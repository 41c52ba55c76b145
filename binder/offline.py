"""A classroom without internet: packages from a folder that another computer filled."""

import os
import pathlib
import sys

import paths
from environment import find_environment, own_environment
from install import cpu_torch, run_pip
from packages import READERS, read_environment
from problems import Problem, say


def setup(arguments):
    """Make or update the readers' environment; with a folder, fill that, or install from it alone."""
    if not arguments:
        print("Packages of environment.yml are installed for", find_environment(READERS))
        return 0
    if len(arguments) != 2 or arguments[0] not in ("--fill", "--offline"):
        raise Problem("setup takes nothing, or --fill FOLDER, or --offline FOLDER.")
    folder = os.path.abspath(arguments[1])
    return fill(folder) if arguments[0] == "--fill" else install_from(folder)


def fill(folder):
    """Put every package that readers need into a folder, for computers with this system and this Python."""
    text = paths.read(paths.ENVIRONMENT)
    pins, cpu_index = read_environment(text, READERS)
    python = own_environment(text, READERS)
    os.makedirs(folder, exist_ok=True)
    if sys.platform.startswith("linux"):
        pins = [cpu_torch(python, pin, cpu_index) if pin.startswith("torch==") else pin for pin in pins]
    say(f"Fetching {len(pins)} packages into {folder} ...")
    run_pip(python, ["download", "--no-deps", "--dest", folder, *pins])
    size = sum(os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder))
    version = "{}.{}".format(*sys.version_info[:2])
    print(
        f"{folder}: {len(os.listdir(folder))} files, {size / 1e6:.0f} MB, for Python {version} on {sys.platform}. "
        "Copy it and the course to a computer of the same kind; there, run\n"
        "    python3 binder/course.py setup --offline FOLDER"
    )
    return 0


def install_from(folder):
    """Install from a folder that `fill` has filled; the network is not asked."""
    if not os.path.isdir(folder) or not any(name.endswith(".whl") for name in os.listdir(folder)):
        raise Problem(
            f"{folder} is no folder of packages: fill one on a computer with internet, the same system and the same "
            "Python, with `python3 binder/course.py setup --fill FOLDER`."
        )
    os.environ.update(PIP_NO_INDEX="1", PIP_FIND_LINKS=pathlib.Path(folder).as_uri())  # an address: no spaces
    try:
        python = own_environment(paths.read(paths.ENVIRONMENT), READERS)
    except Problem as problem:
        if "cannot reach" not in str(problem) and "no build" not in str(problem):
            raise
        version = "{}.{}".format(*sys.version_info[:2])
        raise Problem(
            f"{folder} lacks a package for Python {version} on {sys.platform} ({problem}) Fill it on a computer "
            "with the same system, the same Python and this environment.yml."
        ) from None
    print("Packages of environment.yml are installed for", python)
    return 0
