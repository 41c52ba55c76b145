"""The commands: what they start, what they pass on, and how every error ends."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

import course
from problems import Problem

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("raised", "code", "sentence"),
    [
        (Problem("This and that."), 1, "course.py: This and that.\n"),
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


@pytest.mark.parametrize(
    "arguments", [["test", "--help"], ["lab", "-h"], ["test", "notebooks", "--help"], ["help"], []]
)
def test_help_starts_nothing(monkeypatch, capsys, arguments):
    monkeypatch.setattr(course, "find_environment", lambda: pytest.fail("an environment was looked for"))
    assert course.main(arguments) == 0
    assert "python3 binder/course.py lab" in capsys.readouterr().out


def test_help_explains_every_command():
    ran = subprocess.run([sys.executable, ROOT / "binder" / "course.py", "--help"], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    for command in ("lab", "setup", "test", "bench", "sync", "run", "lock", "student", "teacher", "grade", "slides"):
        assert f"\n  {command} " in ran.stdout
    assert all(len(line) <= 100 for line in ran.stdout.splitlines())


@pytest.mark.parametrize(
    ("command", "started"),
    [
        ("test", ["-m", "pytest", "-n", "2", "--dist", "loadfile", "-k", "launcher"]),
        ("bench", [os.path.join("tests", "benchmark.py"), "-k", "launcher"]),
        ("lab", ["-m", "jupyterlab", "-k", "launcher"]),
    ],
)
def test_what_follows_is_passed_on(monkeypatch, command, started):
    monkeypatch.setattr(course, "find_environment", lambda use=None: "python")
    monkeypatch.setattr(course, "hand_over", lambda python, arguments: [python, *arguments])
    passed = getattr(course, command)(["-k", "launcher"])
    assert [word for word in passed if word != "--allow-root"] == ["python", *started]


@pytest.mark.parametrize("before", [None, "7"])
def test_tools_get_one_thread_and_their_code_is_passed_on(monkeypatch, before):
    names = [f"{library}_NUM_THREADS" for library in ("OMP", "MKL", "OPENBLAS", "NUMBA")]
    for name in names:  # this test's own process was started with 1
        monkeypatch.delenv(name, raising=False)
        if before:
            monkeypatch.setenv(name, before)
    script = f"import os, sys; sys.exit(3 if [os.environ.get(name) for name in {names}] == ['1'] * 4 else 4)"
    start = f"import course; course.hand_over({sys.executable!r}, ['-c', {script!r}])"
    assert subprocess.run([sys.executable, "-c", start], cwd=ROOT / "binder").returncode == 3
