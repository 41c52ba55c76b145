"""For authors: renew the locked part of environment.yml."""

import difflib
import os
import subprocess
import sys
import tempfile

import paths
from environment import PYTHONS
from interpreters import find_python
from packages import CUDA, LOCKED_PART, package_name, read_environment
from problems import say

PLATFORMS = ("x86_64-manylinux_2_28", "aarch64-apple-darwin", "x86_64-pc-windows-msvc")
UV = "uv==0.13.9"  # resolves the locked part


def lock(arguments):
    """Resolve the first part of environment.yml and write what it needs below it; if that fails, write nothing."""
    old = paths.read(paths.ENVIRONMENT)
    first = old[: old.index(LOCKED_PART)]
    direct, _ = read_environment(first)
    names = {package_name(pin) for pin in direct}
    with tempfile.TemporaryDirectory() as folder:
        listed, resolved = os.path.join(folder, "direct.in"), os.path.join(folder, "pins.txt")
        paths.write(listed, "\n".join(direct) + "\n")
        subprocess.check_call([sys.executable, "-m", "venv", os.path.join(folder, "venv")])
        python = find_python(os.path.join(folder, "venv"))
        subprocess.check_call([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV])

        def compile_pins(source, target, options):
            command = [python, "-m", "uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate"]
            variables = dict(os.environ, MACOSX_DEPLOYMENT_TARGET="14.0")  # the oldest that torch runs on
            subprocess.check_call([*command, source, "--output-file", target, *options.split()], env=variables)

        compile_pins(listed, resolved, "--universal --fork-strategy fewest --python-version " + PYTHONS[0])
        pins = [line for line in paths.read(resolved).splitlines() if not CUDA.match(line)]
        pins = [line for line in pins if package_name(line) not in names]
        paths.write(resolved, "\n".join(direct + pins) + "\n")
        for version in PYTHONS:
            for platform in PLATFORMS:
                say(f"Looking for wheels: Python {version}, {platform}")
                options = f"--no-deps --no-build --python-version {version} --python-platform {platform}"
                compile_pins(resolved, os.devnull, options)
    heading = old[old.index(LOCKED_PART) :].splitlines()[0]
    new = first + "\n".join([heading] + ["      - " + pin for pin in pins]) + "\n"
    paths.write(paths.ENVIRONMENT, new)
    changes = [line for line in difflib.ndiff(old.splitlines(), new.splitlines()) if line[0] in "+-"]
    print("\n".join(changes) or "Nothing has changed.")
    return 0
