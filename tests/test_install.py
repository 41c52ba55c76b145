"""pip: what it says becomes one sentence, and an interruption leaves no half environment in use."""

import sys

import pytest

import install
from problems import explain


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
    problem = str(explain(output))
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
def test_only_what_stopped_amid_changes_is_marked(launcher_folder, monkeypatch, says, marked):
    (launcher_folder / ".venv").mkdir()
    pip = FakePip(says)
    monkeypatch.setattr(install.subprocess, "Popen", pip)

    def interrupt(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(install.time, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        install.run_pip(sys.executable, ["install", "one"], 1)
    assert pip.returncode == -15  # no pip goes on alone
    assert (launcher_folder / ".venv" / "course-unfinished.txt").exists() == marked
