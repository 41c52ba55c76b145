"""The course without a network: a namespace that reaches this machine and nothing else."""

import subprocess
import sys

import pytest

import no_network
from no_network import run_without_network
from problems import Problem

REACH = """
import socket, sys
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen()
socket.create_connection(listener.getsockname())  # kernels talk over this
try:
    socket.create_connection(("192.0.2.1", 80), 3)  # an address that is kept for examples (RFC 5737)
except OSError as error:
    sys.exit(40 if "unreachable" in str(error) else 41)
"""


def test_only_this_machine_is_reached():
    try:
        assert run_without_network([sys.executable, "-c", REACH]) == 40
    except Problem as problem:
        pytest.skip(str(problem))


def test_a_system_that_cannot_says_so(monkeypatch):
    monkeypatch.setattr(no_network.shutil, "which", lambda name: None)
    with pytest.raises(Problem, match="needs Linux and its command unshare"):
        run_without_network(["true"])
    monkeypatch.setattr(no_network.shutil, "which", lambda name: name)
    monkeypatch.setattr(no_network.subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1))
    with pytest.raises(Problem, match="does not allow network namespaces"):
        run_without_network(["true"])
