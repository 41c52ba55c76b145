"""The environment: made, found and updated on real environments of tiny packages, without network."""

import ast
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from short_environment import LISTED

import environment
import paths
from interpreters import find_python
from packages import READERS
from problems import Problem

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """A folder of packages with nothing in them; torch 3.0 is a CUDA build, and one 1.0 asks for what no list names."""
    folder = tmp_path_factory.mktemp("wheels")
    for name, version, needs in (
        ("torch", "2.0", ""),
        ("torch", "3.0", "Requires-Dist: nvidia-cublas==13.1\n"),
        ("one", "1.0", "Requires-Dist: guest\n"),
        ("one", "2.0", ""),
        ("two", "1.0", ""),
        ("four", "1.0", ""),
        ("five", "1.0", ""),
        ("guest", "1.0", ""),
    ):
        info = f"{name}-{version}.dist-info"
        with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}.py", f"version = {version!r}\n")
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
    return folder


def launch(folder, *arguments, wheels=None, **variables):
    """Run the launcher of a folder where pip finds these wheels, or nothing at all."""
    inherited = {name: value for name, value in os.environ.items() if name not in ("CONDA_PREFIX", "VIRTUAL_ENV")}
    inherited.update(PIP_NO_INDEX="1", PIP_CONFIG_FILE=os.devnull, PIP_FIND_LINKS=str(wheels or folder), **variables)
    command = [sys.executable, folder / "binder" / "course.py", *arguments]
    return subprocess.run(command, env=inherited, capture_output=True, text=True)


def installed(folder):
    """Name and version of what is in a folder's .venv."""
    command = [find_python(folder / ".venv"), "-m", "pip", "list", "--format=json"]
    listed = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return {entry["name"]: entry["version"] for entry in listed if entry["name"] not in ("pip", "setuptools")}


def course_folder(path):
    """Make a folder with the launcher and a short list of packages."""
    (path / "binder").mkdir(parents=True)
    for module in (ROOT / "binder").glob("*.py"):
        shutil.copy(module, path / "binder")
    (path / "environment.yml").write_text(LISTED)
    return path


@pytest.fixture(scope="module")
def first(tmp_path_factory, wheels):
    """A folder after its first setup, and what that said."""
    folder = course_folder(tmp_path_factory.mktemp("all") / "Zoë's course")
    return folder, launch(folder, "setup", wheels=wheels)


@pytest.fixture
def folder(tmp_path, first):
    """A copy of that folder, to be changed."""
    return Path(shutil.copytree(first[0], tmp_path / "a course", symlinks=True))


def change(folder, old, new):
    path = folder / "environment.yml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_the_first_start_makes_the_environment_and_says_so(first):
    folder, ran = first
    assert ran.returncode == 0, ran.stderr
    assert installed(folder) == {"torch": "2.0", "one": "1.0", "two": "1.0"}  # what is listed, and no guest
    assert "Making .venv" in ran.stderr
    assert "3 of 3 packages installed" in ran.stderr
    assert len(ran.stderr.splitlines()) < 20
    assert sorted(os.listdir(folder)) == [".venv", "binder", "environment.yml"]


def test_the_second_start_asks_nobody(folder):
    log = folder / ".venv" / "course-log.txt"
    log.unlink()
    ran = launch(folder, "setup")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert not log.exists()


def test_contributors_get_theirs_besides_and_readers_keep_them(folder, wheels):
    ran = launch(folder, "sync", wheels=wheels)
    assert ran.returncode == 0, ran.stderr
    assert installed(folder) == {"torch": "2.0", "one": "1.0", "two": "1.0", "four": "1.0", "five": "1.0"}
    for command in ("setup", "sync"):
        assert launch(folder, command).stderr == ""
    change(folder, "one==1.0", "one==2.0")
    assert launch(folder, "setup", wheels=wheels).returncode == 0
    assert installed(folder) == {"torch": "2.0", "one": "2.0", "two": "1.0", "four": "1.0", "five": "1.0"}


def test_changed_pins_are_updated_and_dropped_ones_removed(folder, first, wheels):
    change(folder, "one==1.0", "one==2.0")
    change(folder, "      - two==1.0\n", "")
    ran = launch(folder, "setup", wheels=wheels, VIRTUAL_ENV=str(first[0] / ".venv"))
    assert ran.returncode == 0, ran.stderr
    assert installed(folder) == {"torch": "2.0", "one": "2.0"}
    assert "Making" not in ran.stderr
    assert launch(folder, "setup").stderr == ""
    # The active environment was none for these pins: it is said, and left as it was.
    assert "using .venv" in ran.stderr
    assert installed(first[0]) == {"torch": "2.0", "one": "1.0", "two": "1.0"}


def test_without_network_the_old_environment_stays_as_it_was(folder):
    change(folder, "one==1.0", "one==2.0")
    ran = launch(folder, "setup")
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1].startswith("course.py: pip cannot reach the packages")
    change(folder, "one==2.0", "one==1.0")
    ran = launch(folder, "setup")
    assert (ran.returncode, ran.stderr) == (0, "")


def test_what_was_cut_short_is_made_anew(folder, first, monkeypatch):
    venv = folder / ".venv"
    monkeypatch.setattr(paths, "VENV", str(venv))

    def make():  # what the first start did, without its seconds
        shutil.rmtree(venv)
        shutil.copytree(first[0] / ".venv", venv, symlinks=True)
        return find_python(venv)

    monkeypatch.setattr(environment, "make_venv", make)
    next(venv.glob("[lL]ib/**/two.py")).unlink()  # every version is right, and still a file is missing
    (venv / "course-unfinished.txt").touch()
    environment.own_environment(LISTED, READERS)
    assert list(venv.glob("[lL]ib/**/two.py"))
    assert launch(folder, "setup").stderr == ""


def test_a_cuda_build_is_refused_before_it_is_fetched(folder, wheels):
    change(folder, "torch==2.0", "torch==3.0")
    ran = launch(folder, "setup", wheels=wheels)
    if sys.platform == "linux":
        assert ran.returncode == 1
        assert "only the CUDA build of torch==3.0" in ran.stderr.splitlines()[-1]
        assert installed(folder)["torch"] == "2.0"
    else:
        assert ran.returncode == 0


@pytest.mark.parametrize("variable", ["CONDA_PREFIX", "VIRTUAL_ENV"])
def test_an_active_environment_with_the_right_versions_is_used(tmp_path, first, variable):
    other = course_folder(tmp_path)
    ran = launch(other, "setup", **{variable: str(first[0] / ".venv")})
    assert (ran.returncode, ran.stderr) == (0, "")
    assert not (other / ".venv").exists()


def test_an_environment_made_by_hand_is_recognised(folder):
    (folder / ".venv" / "course-stamp.txt").unlink()
    ran = launch(folder, "setup")
    assert ran.returncode == 0
    assert "Installing" not in ran.stderr


@pytest.mark.parametrize("version", [(3, 6, 15), (3, 10, 13), (3, 15, 0)])
def test_another_python_is_told_which_are_right(launcher_folder, monkeypatch, version):
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(Problem, match=r"This is Python 3\.\d+, but the course needs Python 3.11, .* or 3.14"):
        environment.make_venv()


@pytest.mark.parametrize("path", sorted((ROOT / "binder").glob("*.py")), ids=lambda path: path.name)
def test_an_old_python_can_read_the_launcher(path):
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 6))


def test_a_python_without_venv_is_told_what_to_install(launcher_folder, monkeypatch):
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else 1)
    with pytest.raises(Problem, match=r"sudo apt install python3\.\d+-venv"):
        environment.make_venv()


def test_a_full_disk_is_seen_beforehand(launcher_folder, monkeypatch):
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 10**8))
    with pytest.raises(Problem, match="make 4 GB free"):
        environment.make_venv()
    assert not (launcher_folder / ".venv").exists()


def test_a_folder_filled_elsewhere_is_enough_without_network(first, wheels, tmp_path):
    filled = tmp_path / "packages for the class"
    ran = launch(first[0], "setup", "--fill", filled, wheels=wheels)
    assert ran.returncode == 0, ran.stderr
    assert "3 files" in ran.stdout
    assert sorted(path.name.split("-")[0] for path in filled.iterdir()) == ["one", "torch", "two"]
    elsewhere = course_folder(tmp_path / "elsewhere")
    nowhere = tmp_path / "empty"
    nowhere.mkdir()
    ran = launch(elsewhere, "setup", "--offline", filled, wheels=nowhere)
    assert ran.returncode == 0, ran.stderr
    assert installed(elsewhere) == {"torch": "2.0", "one": "1.0", "two": "1.0"}


def test_a_folder_that_lacks_something_is_named(folder, tmp_path, wheels):
    change(folder, "one==1.0", "one==2.0")
    lacking = tmp_path / "lacking"
    lacking.mkdir()
    ran = launch(folder, "setup", "--offline", lacking)
    assert ran.returncode == 1
    assert "is no folder of packages: fill one" in ran.stderr
    shutil.copy(wheels / "two-1.0-py3-none-any.whl", lacking)
    ran = launch(folder, "setup", "--offline", lacking)
    assert ran.returncode == 1
    assert f"{lacking} lacks a package for Python" in ran.stderr.splitlines()[-1]
    ran = launch(folder, "setup", "--elsewhere")
    assert "setup takes nothing, or --fill FOLDER, or --offline FOLDER." in ran.stderr
