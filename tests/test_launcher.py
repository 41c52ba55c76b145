"""The launcher: on real environments of tiny packages made here, without network, and its sentences one by one."""

import ast
import errno
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import course

ROOT = Path(__file__).resolve().parent.parent
LISTED = """\
dependencies:
  - python=3.11.14
  - pip:
      - --extra-index-url https://127.0.0.1:9/cpu

      # Direct.
      - torch==2.0  # the network
      - one==1.0  # first
      # What those bring along, locked
      - two==1.0
      - three==1.0 ; sys_platform == 'no such system'
"""


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """A folder of packages with nothing in them; torch 3.0 is a CUDA build."""
    folder = tmp_path_factory.mktemp("wheels")
    for name, version, needs in (
        ("torch", "2.0", ""),
        ("torch", "3.0", "Requires-Dist: nvidia-cublas==13.1\n"),
        ("one", "1.0", ""),
        ("one", "2.0", ""),
        ("two", "1.0", ""),
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
    command = [course.find_python(folder / ".venv"), "-m", "pip", "list", "--format=json"]
    listed = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return {entry["name"]: entry["version"] for entry in listed if entry["name"] not in ("pip", "setuptools")}


def course_folder(path):
    """Make a folder with the launcher and a short list of packages."""
    (path / "binder").mkdir(parents=True)
    shutil.copy(ROOT / "binder" / "course.py", path / "binder")
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


# ---- whole runs --------------------------------------------------------------------------------


def test_the_first_start_makes_the_environment_and_says_so(first):
    folder, ran = first
    assert ran.returncode == 0, ran.stderr
    assert installed(folder) == {"torch": "2.0", "one": "1.0", "two": "1.0"}
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
    monkeypatch.setattr(course, "VENV", str(venv))

    def make():  # what the first start did, without its seconds
        shutil.rmtree(venv)
        shutil.copytree(first[0] / ".venv", venv, symlinks=True)
        return course.find_python(venv)

    monkeypatch.setattr(course, "make_venv", make)
    next(venv.glob("[lL]ib/**/two.py")).unlink()  # every version is right, and still a file is missing
    (venv / "course-unfinished.txt").touch()
    course.own_environment(*course.read_environment(LISTED))
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


# ---- sentences ---------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The launcher's functions, working on an empty folder."""
    monkeypatch.setattr(course, "ROOT", str(tmp_path))
    monkeypatch.setattr(course, "VENV", str(tmp_path / ".venv"))
    return tmp_path


@pytest.mark.parametrize("version", [(3, 6, 15), (3, 10, 13), (3, 15, 0)])
def test_another_python_is_told_which_are_right(own, monkeypatch, version):
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(course.Problem, match=r"This is Python 3\.\d+, but the course needs Python 3.11, .* or 3.14"):
        course.make_venv()


def test_an_old_python_can_read_the_launcher():
    ast.parse((ROOT / "binder" / "course.py").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_a_python_without_venv_is_told_what_to_install(own, monkeypatch):
    monkeypatch.setattr(course.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else 1)
    with pytest.raises(course.Problem, match=r"sudo apt install python3\.\d+-venv"):
        course.make_venv()


def test_a_full_disk_is_seen_beforehand(own, monkeypatch):
    monkeypatch.setattr(course.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 10**8))
    with pytest.raises(course.Problem, match="make 4 GB free"):
        course.make_venv()
    assert not (own / ".venv").exists()


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is too full"),
        ("OSError: [WinError 112] There is not enough space on the disk", "disk is too full"),
        (
            "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('<...>: Failed to "
            "establish a new connection: [Errno -2] Name or service not known')': /simple/one/\n"
            "ERROR: Could not find a version that satisfies the requirement one==1.0 (from versions: none)\n"
            "ERROR: No matching distribution found for one==1.0",
            "cannot reach the packages",
        ),
        ("after connection broken by 'ProxyError('Cannot connect to proxy.'", "cannot reach the packages"),
        ("ReadTimeoutError: HTTPSConnectionPool: Read timed out.", "cannot reach the packages"),
        (
            "ERROR: Could not find a version that satisfies the requirement torch==2.13.0 (from versions: 2.0, 2.1)\n"
            "ERROR: No matching distribution found for torch==2.13.0",
            "no build of torch==2.13.0 for this machine",
        ),
        ("Collecting one\nerror: metadata-generation-failed", "error: metadata-generation-failed"),
        ("", "no reason given"),
    ],
)
def test_what_pip_says_becomes_one_sentence(output, sentence):
    problem = str(course.explain(output))
    assert sentence in problem
    assert "run the command again" in problem or "Binder" in problem
    assert "\n" not in problem


class FakePip:
    """Stands for a pip process: says something, then runs until it is stopped."""

    def __init__(self, says):
        self.says = says
        self.returncode = None

    def __call__(self, command, stdout, **options):
        stdout.write(self.says)
        stdout.flush()
        return self

    def poll(self):
        return self.returncode

    def terminate(self):
        self.returncode = -15

    def wait(self):
        return self.returncode


@pytest.mark.parametrize(
    ("says", "marked"), [("Collecting one\n", False), ("Collecting one\nInstalling collected packages: one\n", True)]
)
def test_only_what_stopped_amid_changes_is_marked(own, monkeypatch, says, marked):
    (own / ".venv").mkdir()
    pip = FakePip(says)
    monkeypatch.setattr(course.subprocess, "Popen", pip)

    def interrupt(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(course.time, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        course.run_pip(sys.executable, ["install", "one"], 1)
    assert pip.returncode == -15  # no pip goes on alone
    assert (own / ".venv" / "course-unfinished.txt").exists() == marked


@pytest.mark.parametrize(
    ("raised", "code", "sentence"),
    [
        (course.Problem("This and that."), 1, "course.py: This and that.\n"),
        (KeyboardInterrupt(), 130, "\nStopped. The same command takes it up again.\n"),
        (OSError(errno.ENOSPC, "No space"), 1, "course.py: The disk is too full"),
        (PermissionError(errno.EACCES, "Permission denied", ".venv"), 1, "Permission denied: '.venv'\n"),
        (subprocess.CalledProcessError(2, ["uv", "pip"]), 1, "course.py: uv pip failed"),
    ],
)
def test_every_error_ends_in_a_sentence_and_a_code(monkeypatch, capsys, raised, code, sentence):
    def fail(arguments):
        raise raised

    monkeypatch.setattr(course, "setup", fail)
    monkeypatch.setattr(course.signal, "signal", lambda *_: None)
    assert course.main(["setup"]) == code
    assert sentence in capsys.readouterr().err


def test_an_unknown_command_is_told_the_known_ones(capsys):
    assert course.main(["tset"]) == 2
    assert "lab, test, bench" in capsys.readouterr().err


def test_help_explains_every_command():
    ran = subprocess.run([sys.executable, ROOT / "binder" / "course.py", "--help"], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    for command in ("lab", "setup", "test", "bench", "sync", "run", "lock"):
        assert f"\n  {command} " in ran.stdout
    assert all(len(line) <= 100 for line in ran.stdout.splitlines())


# ---- what the commands start -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "started"),
    [
        ("test", ["-m", "pytest", "-n", "2", "--dist", "loadfile", "-k", "launcher"]),
        ("bench", [os.path.join("tests", "benchmark.py"), "-k", "launcher"]),
        ("lab", ["-m", "jupyterlab", "-k", "launcher"]),
    ],
)
def test_what_follows_is_passed_on(monkeypatch, command, started):
    monkeypatch.setattr(course, "find_environment", lambda: "python")
    monkeypatch.setattr(course, "hand_over", lambda python, arguments: [python, *arguments])
    passed = getattr(course, command)(["-k", "launcher"])
    assert [word for word in passed if word != "--allow-root"] == ["python", *started]


def test_tools_get_one_thread_and_their_code_is_passed_on():
    script = "import os, sys; sys.exit(3 if os.environ['OMP_NUM_THREADS'] == '1' else 4)"
    start = f"import course; course.hand_over({sys.executable!r}, ['-c', {script!r}])"
    assert subprocess.run([sys.executable, "-c", start], cwd=ROOT / "binder").returncode == 3


def test_stored_outputs_do_not_change_from_run_to_run():
    def notebook(first, second, version):
        entry = {"model_name": "FloatSliderModel", "state": {"layout": f"IPY_MODEL_{second}"}}
        view = {"application/vnd.jupyter.widget-view+json": {"model_id": first}}
        state = {first: entry, second: {"model_name": "LayoutModel", "state": {}}}
        return {
            "cells": [{"cell_type": "code", "outputs": [{"data": view}], "source": ["slider"]}],
            "metadata": {
                "language_info": {"name": "python", "version": version},
                "widgets": {"application/vnd.jupyter.widget-state+json": {"state": dict(sorted(state.items()))}},
            },
        }

    once = course.steady(notebook("a" * 32, "b" * 32, "3.11.7"), "02.ipynb")
    again = course.steady(notebook("d" * 32, "c" * 32, "3.12.1"), "02.ipynb")
    assert once == again
    stored = json.loads(once)
    shown = stored["cells"][0]["outputs"][0]["data"]["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert stored["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"][shown]
    assert "a" * 32 not in once


# ---- lock --------------------------------------------------------------------------------------


@pytest.fixture
def resolver(own, monkeypatch):
    """A short environment.yml, and in uv's place something that resolves it or fails at a step."""
    (own / "environment.yml").write_text(LISTED)
    monkeypatch.setattr(course, "ENVIRONMENT", str(own / "environment.yml"))
    calls = []

    def check_call(command, **options):
        calls.append(command)
        if "--universal" in command:
            pins = "nvidia-cublas==13.1 ; os_name == 'posix'\none==1.0\ntorch==2.0\ntriton==3.0\ntwo==1.1\n"
            Path(command[command.index("--output-file") + 1]).write_text(pins)
        if len(calls) == resolver.fails_at:
            raise subprocess.CalledProcessError(1, command)

    def resolver():
        return calls

    resolver.fails_at = None
    monkeypatch.setattr(course.subprocess, "check_call", check_call)
    monkeypatch.setattr(course, "find_python", lambda prefix: "python")
    return resolver


def test_lock_renews_the_second_part_and_says_what_changed(resolver, own, capsys):
    assert course.lock([]) == 0
    text = (own / "environment.yml").read_text()
    head = LISTED[: LISTED.index("      - two")]
    assert text == head + "      - two==1.1\n"  # no CUDA, no direct dependency twice, comments kept
    assert "+       - two==1.1" in capsys.readouterr().out
    assert sum("--no-build" in command for command in resolver()) == len(course.PYTHONS) * len(course.PLATFORMS)


def test_a_version_without_wheel_leaves_the_list_as_it_was(resolver, own):
    resolver.fails_at = 5
    with pytest.raises(subprocess.CalledProcessError):
        course.lock([])
    assert (own / "environment.yml").read_text() == LISTED
