"""For authors: renew the locked part of environment.yml."""

import difflib
import os
import subprocess
import sys
import tempfile

import paths
from environment import PYTHONS
from interpreters import find_python
from packages import CUDA, package_name, pip_lines, readers_part, split_environment
from problems import say

PLATFORMS = ("x86_64-manylinux_2_28", "aarch64-apple-darwin", "x86_64-pc-windows-msvc")
UV = "uv==0.13.9"  # resolves the locked part


def lock(arguments):
    """Resolve what environment.yml lists and write what it brings along below it; if that fails, write nothing.

    What readers need is resolved first and alone, so that no package of a contributor adds to it.
    """
    old = paths.read(paths.ENVIRONMENT)
    head, parts = split_environment(old)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.check_call([sys.executable, "-m", "venv", os.path.join(folder, "venv")])
        python = find_python(os.path.join(folder, "venv"))
        subprocess.check_call([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV])

        def resolve(listed, options):
            """Return the exact versions of what these requirements need, themselves among them."""
            source, target = os.path.join(folder, "listed.in"), os.path.join(folder, "pins.txt")
            paths.write(source, "\n".join(listed) + "\n")
            command = [python, "-m", "uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate"]
            variables = dict(os.environ, MACOSX_DEPLOYMENT_TARGET="14.0")  # the oldest that torch runs on
            subprocess.check_call([*command, source, "--output-file", target, *options.split()], env=variables)
            return [line for line in paths.read(target).splitlines() if not CUDA.match(line)]

        def what_they_bring(listed):
            names = {package_name(pin) for pin in listed}
            pins = resolve(listed, "--universal --fork-strategy fewest --python-version " + PYTHONS[0])
            return [pin for pin in pins if package_name(pin) not in names]

        for_readers, for_contributors = pip_lines(parts[0]), pip_lines(parts[1])
        of_readers = what_they_bring(for_readers)
        of_contributors = what_they_bring(for_readers + of_readers + for_contributors)
        pins = for_readers + of_readers + for_contributors + of_contributors
        for version in PYTHONS:
            for platform in PLATFORMS:
                say(f"Looking for wheels: Python {version}, {platform}")
                resolve(pins, f"--no-deps --no-build --python-version {version} --python-platform {platform}")
    locked = [
        part.splitlines()[0] + "\n" + "".join(f"      - {pin}\n" for pin in pins)
        for part, pins in zip(parts[2:], (of_readers, of_contributors))
    ]
    new = head + parts[0] + parts[1] + locked[0] + "\n" + locked[1]
    paths.write(paths.ENVIRONMENT, new)
    paths.write(paths.BINDER_ENVIRONMENT, readers_part(new))
    changes = [line for line in difflib.ndiff(old.splitlines(), new.splitlines()) if line[0] in "+-"]
    print("\n".join(changes) or "Nothing has changed.")
    return 0
