"""The list of packages: exact, complete, and what is installed."""

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import packages
from environment import PYTHONS

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "environment.yml").read_text(encoding="utf-8")
PINS, CPU_INDEX = packages.read_environment(TEXT)
READERS_PINS, _ = packages.read_environment(TEXT, packages.READERS)
REQUIREMENTS = {canonicalize_name(pin.name): pin for pin in map(Requirement, PINS)}

# What markers ask for, on the machines that the course supports.
MACHINES = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"},
    "darwin": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix", "platform_machine": "arm64"},
    "win32": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
}


def test_every_package_has_one_exact_version():
    assert all(re.fullmatch(r"[a-z0-9-]+==\d[\w.]*( ; .+)?", pin) for pin in PINS), PINS
    assert len(REQUIREMENTS) == len(PINS)
    assert re.search(r"^  - python=3\.11\.\d+$", TEXT, re.MULTILINE)
    assert re.search(r"^  - pip=\d+\.\d+$", TEXT, re.MULTILINE)


def test_every_direct_dependency_says_why():
    for part in packages.split_environment(TEXT)[1][:2]:
        lines = [line for line in part.splitlines() if "==" in line]
        assert lines
        assert all(re.fullmatch(r"      - [\w.-]+==[\w.]+ +# .{5,}", line) for line in lines), lines


def test_readers_get_no_tool_of_tests_or_authors():
    tools = "pytest nbval hypothesis playwright ruff jupytext jupyter-repo2docker sphinx docutils myst-nb docker pluggy"
    names = {packages.package_name(pin) for pin in READERS_PINS}
    assert not names & set(tools.split())
    assert set(READERS_PINS) < set(PINS)


def test_what_binder_and_conda_read_is_the_readers_part():
    text = (ROOT / "binder" / "environment.yml").read_text(encoding="utf-8")
    assert text == packages.readers_part(TEXT)
    assert [pin for pin in packages.pip_lines(text) if "==" in pin] == READERS_PINS


def test_this_environment_has_exactly_these_packages():
    state = packages.inspect(sys.executable, PINS)
    assert state["wrong"] == []
    if Path(sys.prefix).resolve() == ROOT / ".venv":  # conda brings packages of its own
        assert state["unlisted"] == []


@pytest.mark.parametrize("pins", [READERS_PINS, PINS], ids=["readers", "contributors"])
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("machine", MACHINES)
def test_the_list_is_complete_so_that_nothing_needs_resolving(machine, python, pins):
    requirements = {canonicalize_name(pin.name): pin for pin in map(Requirement, pins)}
    variables = {**MACHINES[machine], "python_version": python, "python_full_version": f"{python}.1"}
    missing = []

    def look_at(name, extra):
        try:
            lines = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:  # for another machine
            return
        for needed in map(Requirement, lines):
            if needed.marker and not needed.marker.evaluate({**variables, "extra": extra}):
                continue
            pin = requirements.get(canonicalize_name(needed.name))
            if pin is None or (pin.marker and not pin.marker.evaluate(variables)):
                missing.append(f"{name} needs {needed}")
                continue
            version = next(iter(pin.specifier)).version
            if not needed.specifier.contains(version, prereleases=True):
                missing.append(f"{name} needs {needed}, not {version}")
            for wanted in needed.extras:
                look_at(pin.name, wanted)

    for name, pin in requirements.items():
        if pin.marker is None or pin.marker.evaluate(variables):
            look_at(name, "")
    assert missing == []


def test_no_package_brings_cuda():
    assert CPU_INDEX == "https://download.pytorch.org/whl/cpu"
    assert [pin for pin in PINS if packages.CUDA.match(pin)] == []


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this folder is no repository")
def test_no_other_index_is_named():
    hosts = [name + ".org" for name in ("pypi", "pythonhosted", "anaconda", "npmjs")]
    assert re.findall("https?://[^/ ]+", TEXT) == ["https://download.pytorch.org"]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        if path.is_file() and path.suffix not in {".png", ".npz", ".gz"}:
            text = path.read_text(encoding="utf-8")
            assert not [host for host in hosts if host in text], name
