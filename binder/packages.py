"""The list of packages in environment.yml, compared with what a Python has installed."""

import json
import re
import subprocess

from interpreters import tool_environment

LOCKED_PART = "      # What those bring along, locked"
CUDA = re.compile("nvidia|cuda|triton")  # what torch's CUDA build for Linux brings along


def read_environment(text):
    """Return environment.yml's lines for pip, and the address of PyTorch's index of builds without CUDA."""
    lines = [line.strip() for line in text.split("- pip:\n")[1].splitlines()]
    items = [re.sub(r"\s+#.*", "", line[2:]) for line in lines if line.startswith("- ")]
    cpu_index = next(item.split()[1] for item in items if item.startswith("--extra-index-url"))
    return [item for item in items if not item.startswith("--")], cpu_index


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
