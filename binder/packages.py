"""The list of packages in environment.yml, compared with what a Python has installed."""

import json
import re
import subprocess

from interpreters import tool_environment

# The headings of environment.yml's parts: what is listed and what it brings along, for each use.
PARTS = (
    "      # For readers",
    "      # For contributors",
    "      # What the readers' packages bring along, locked",
    "      # What the contributors' packages bring along, locked",
)
READERS, CONTRIBUTORS = "readers", "contributors"
CUDA = re.compile("nvidia|cuda|triton")  # what torch's CUDA build for Linux brings along


def read_environment(text, use=CONTRIBUTORS):
    """Return environment.yml's lines for pip, and the address of PyTorch's index of builds without CUDA.

    Readers need two of the four parts; contributors need all of them.
    """
    head, parts = split_environment(text)
    chosen = parts[0] + parts[2] if use == READERS else "".join(parts)
    return pip_lines(chosen), re.search(r"--extra-index-url (\S+)", head).group(1)


def split_environment(text):
    """Return what stands before the first heading, and the four parts, each with its heading."""
    places = [text.index(heading) for heading in PARTS]
    ends = [*places[1:], len(text)]
    return text[: places[0]], [text[start:end] for start, end in zip(places, ends)]


def pip_lines(part):
    """Return the requirement lines of a part, without comments."""
    lines = [line.strip() for line in part.splitlines()]
    return [re.sub(r"\s+#.*", "", line[2:]) for line in lines if line.startswith("- ")]


def readers_part(text):
    """Return what Binder reads: environment.yml without the contributors' parts."""
    head, parts = split_environment(text)
    head = head[head.index("name:") :]
    return "# Written by `python3 binder/course.py lock`: environment.yml without what only contributors need.\n" + (
        (head + parts[0] + parts[2]).rstrip() + "\n"
    )


def package_name(pin):
    """Return the name in a requirement line."""
    return re.match(r"[\w.-]+", pin).group()


# Runs inside an environment: only its own Python knows its packages and which markers hold.
INSPECT = """
import json, sys
from importlib.metadata import distributions
try:
    from pip._vendor.packaging.requirements import Requirement
    from pip._vendor.packaging.utils import canonicalize_name
except ImportError:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name
installed = {canonicalize_name(d.metadata["Name"]): d.version for d in distributions()}
pins = [(line, Requirement(line)) for line in json.load(sys.stdin)]
pins = [(line, pin) for line, pin in pins if pin.marker is None or pin.marker.evaluate()]
listed = {canonicalize_name(pin.name): (line, pin.specifier) for line, pin in pins}
print(json.dumps({
    "wrong": [line for name, (line, specifier) in listed.items()
              if not specifier.contains(installed.get(name, "0"), prereleases=True)],
    "unlisted": sorted(set(installed) - set(listed) - {"pip"}),
}))
"""


def inspect(python, pins):
    """Compare the packages of a Python with the pins; None if that Python cannot tell.

    "wrong" are the lines for this machine that are not met, "unlisted" the names of installed packages that no
    line names.
    """
    answer = subprocess.run(
        [python, "-c", INSPECT],
        input=json.dumps(pins),
        env=tool_environment(python),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    return json.loads(answer.stdout) if answer.returncode == 0 else None
