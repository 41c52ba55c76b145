"""The locked part of environment.yml: renewed whole, or not at all."""

import re
import subprocess
from pathlib import Path

import pytest
from short_environment import LISTED

import lock
import packages
import paths


@pytest.fixture
def resolver(launcher_folder, monkeypatch):
    """A short environment.yml, and in uv's place something that resolves it or fails at a step."""
    (launcher_folder / "environment.yml").write_text(LISTED)
    monkeypatch.setattr(paths, "ENVIRONMENT", str(launcher_folder / "environment.yml"))
    monkeypatch.setattr(paths, "BINDER_ENVIRONMENT", str(launcher_folder / "binder_environment.yml"))
    calls = []

    def check_call(command, **options):
        calls.append(command)
        if "--universal" in command:
            pins = "nvidia-cublas==13.1 ; os_name == 'posix'\none==1.0\ntorch==2.0\ntriton==3.0\ntwo==1.1\n"
            if "four" in Path(command[command.index("--output-file") - 1]).read_text():
                pins += "five==1.1\nfour==1.0\n"
            Path(command[command.index("--output-file") + 1]).write_text(pins)
        elif "--output-file" in command:
            Path(command[command.index("--output-file") + 1]).write_text("")
        if len(calls) == resolver.fails_at:
            raise subprocess.CalledProcessError(1, command)

    def resolver():
        return calls

    resolver.fails_at = None
    monkeypatch.setattr(lock.subprocess, "check_call", check_call)
    monkeypatch.setattr(lock, "find_python", lambda prefix: "python")
    return resolver


def test_lock_renews_what_is_locked_and_says_what_changed(resolver, launcher_folder, capsys):
    assert lock.lock([]) == 0
    text = (launcher_folder / "environment.yml").read_text()
    # No CUDA, no direct dependency twice, comments kept; what a contributor's package brings along stands apart.
    wanted = LISTED.replace("two==1.0", "two==1.1").replace("five==1.0", "five==1.1")
    assert text == re.sub("      - three.*\n", "", wanted)
    assert (launcher_folder / "binder_environment.yml").read_text() == packages.readers_part(text)
    assert "+       - two==1.1" in capsys.readouterr().out
    assert sum("--no-build" in command for command in resolver()) == len(lock.PYTHONS) * len(lock.PLATFORMS)


def test_a_version_without_wheel_leaves_the_list_as_it_was(resolver, launcher_folder):
    resolver.fails_at = 5
    with pytest.raises(subprocess.CalledProcessError):
        lock.lock([])
    assert (launcher_folder / "environment.yml").read_text() == LISTED
