"""Run a command where there is no network: only this machine itself can be reached. Linux only."""

import os
import shutil
import struct
import subprocess
import sys

from problems import Problem

SET_FLAGS, UP_AND_RUNNING = 0x8914, 0x1 | 0x40  # of Linux's netdevice(7)


def run_without_network(command):
    """Run a command in a network namespace of its own, which has no interface but loopback; returns its code."""
    if not shutil.which("unshare"):
        raise Problem("--no-network needs Linux and its command unshare (package util-linux).")
    inside = ["unshare", "--map-root-user", "--net", sys.executable, os.path.abspath(__file__)]
    allowed = subprocess.run([*inside, sys.executable, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if allowed.returncode:
        raise Problem("--no-network: this system does not allow network namespaces (see user_namespaces(7)).")
    return subprocess.run([*inside, *command]).returncode


def main(command):
    """Inside the namespace: bring loopback up, over which kernels talk, and become the command."""
    import fcntl  # not on Windows
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sH14x", b"lo", UP_AND_RUNNING))
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
