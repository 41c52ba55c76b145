"""Install packages in .venv with pip, and show how far it is."""

import contextlib
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import time

import paths
from interpreters import tool_environment
from packages import CUDA
from problems import Problem, explain, say


def install(python, pins, cpu_index):
    """Install exactly these packages, torch as the CPU build; the list is complete, so pip adds nothing to it."""
    say(f"Installing {len(pins)} packages ...")
    if sys.platform.startswith("linux"):  # elsewhere every build is a CPU build
        pins = [cpu_torch(python, pin, cpu_index) if pin.startswith("torch==") else pin for pin in pins]
    paths.write(paths.venv_file("requirements"), "\n".join(pins) + "\n")
    run_pip(python, ["install", "--no-deps", "--requirement", paths.venv_file("requirements")], len(pins))


def cpu_torch(python, pin, cpu_index):
    """Return what to ask pip for to get the pinned torch without CUDA, or raise a Problem.

    Only metadata is fetched: first from PyTorch's CPU index, then from wherever pip looks by itself.
    """
    for options in (["--index-url", cpu_index, "--retries", "0", "--timeout", "5"], ["--retries", "1"]):
        with tempfile.TemporaryDirectory() as folder:
            report = os.path.join(folder, "report.json")
            command = [python, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps"]
            answer = subprocess.run(
                [*command, "--report", report, *options, pin],
                env=tool_environment(python),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
            )
            if answer.returncode:
                continue
            found = json.loads(paths.read(report))["install"][0]
        if not any(CUDA.match(line) for line in found["metadata"].get("requires_dist", [])):
            # From the CPU index by its address, so that pip asks that index for nothing else.
            return found["download_info"]["url"] if "--index-url" in options else pin
        raise Problem(
            f"pip finds only the CUDA build of {pin} (several GB): make {cpu_index} reachable, or put "
            "a CPU wheel into a folder and name it in PIP_FIND_LINKS, and run the command again."
        )
    raise explain(answer.stdout)


def run_pip(python, arguments, total=0):
    """Run pip in ``.venv`` and show how far it is.

    While packages change, a mark says that ``.venv`` is unfinished; it stays if that is interrupted.
    """
    paths.write(paths.venv_file("unfinished"), "")
    command = [python, "-u", "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    if total:
        command.append("--progress-bar=off")
    with open(paths.venv_file("log"), "w", encoding="utf-8") as log:
        pip = subprocess.Popen(
            command,
            env=dict(tool_environment(python), PYTHONIOENCODING="utf-8"),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        show = Progress(total)
        while pip.poll() is None:
            time.sleep(0.2)
            show.update(paths.read(paths.venv_file("log")))
        show.finish()
    finally:
        if pip.poll() is None:
            pip.terminate()
            pip.wait()
        output = paths.read(paths.venv_file("log"))
        untouched = not re.search("Installing collected packages|Attempting uninstall|Uninstalling", output)
        if pip.returncode == 0 or untouched:
            os.remove(paths.venv_file("unfinished"))
    if pip.returncode:
        raise explain(output)


class Progress:
    """A line that says how many packages of ``total`` are done; on a terminal it is rewritten in place."""

    def __init__(self, total):
        self.total = total
        self.terminal = sys.stderr.isatty()
        self.start = time.time()
        self.shown = None

    def count_installed(self):
        """Count the packages that were put into ``.venv`` since the start."""
        pattern = os.path.join(glob.escape(paths.VENV), "[lL]ib", "**", "site-packages", "*.dist-info")
        count = 0
        for path in glob.glob(pattern, recursive=True):
            with contextlib.suppress(FileNotFoundError):  # pip may just have replaced it
                count += os.stat(path).st_mtime >= self.start
        return count

    def update(self, log):
        """Show what pip's output says."""
        if not self.total:
            return
        if "Installing collected packages" in log:
            done, step, name = self.count_installed(), "installed", ""
        else:
            pattern = r"(?:Downloading|Using cached|Processing) (\S+\.(?:whl|tar\.gz))(?=\s)(.*)"
            fetched = re.findall(pattern, log)
            done, step = len(set(fetched)), "fetched"
            name = "".join(fetched[-1]).split("/")[-1] if fetched else ""
        line = f"  {done:3} of {self.total} packages {step}"
        if self.terminal:
            line = f"{line}  {time.time() - self.start:3.0f} s  {name}"
            sys.stderr.write("\r" + line[:79].ljust(79))
            sys.stderr.flush()
        elif (step, done * 5 // self.total) != self.shown:  # in a log, a line for each fifth is enough
            self.shown = (step, done * 5 // self.total)
            say(line)

    def finish(self):
        """End the line."""
        if self.total and self.terminal:
            sys.stderr.write("\r" + " " * 79 + "\r")
