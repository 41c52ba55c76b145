"""For authors: keep notebooks and scripts the same, run notebooks and store their outputs."""

import glob
import json
import os
import re
import subprocess
import tempfile
import time

import paths
from environment import find_environment
from interpreters import tool_environment
from problems import Problem, say

# Where nbconvert comes to what the reader needs: the cell and its error. Above that is only its own traceback.
FAILED_CELL = "An error occurred while executing the following cell"


def sync(arguments):
    """Bring every notebook and its script to the same text."""
    python = find_environment()
    pairs = {name_of(path): path for path in paths.notebooks()}
    for path in glob.glob(os.path.join(glob.escape(paths.ROOT), "notebooks", "scripts", "[0-9]*.py")):
        pairs.setdefault(name_of(path), path)  # a script without notebook
    if not pairs:
        return 0
    answer = subprocess.run(
        [python, "-m", "jupytext", "--sync", *sorted(pairs.values())],
        env=tool_environment(python),
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    for path in re.findall(r"Updating (/.*|\w:.*)", answer.stdout):
        say("written: " + os.path.relpath(path, paths.ROOT))
    return answer.returncode


def run(names):
    """Sync, then run notebooks and store their outputs."""
    if sync([]):
        raise Problem("The notebooks and their scripts could not be brought together: see above.")
    python = find_environment()
    names = [name_of(name) for name in names] or [""]
    for name in names:
        if not any(name_of(path).startswith(name) for path in paths.notebooks()):
            known = ", ".join(map(name_of, paths.notebooks()))
            raise Problem(f"No notebook is called {name}: there are {known}.")
    for path in paths.notebooks():
        if name_of(path).startswith(tuple(names)):
            execute(python, path)
    return 0


def name_of(path):
    """Return a notebook's or script's name without folder and ending."""
    return os.path.splitext(os.path.basename(path))[0]


def execute(python, path):
    """Run one notebook and store it with its outputs; if a cell fails, the stored notebook stays as it was."""
    start = time.time()
    name = os.path.basename(path)
    with tempfile.TemporaryDirectory() as folder:
        command = [python, "-m", "nbconvert", "--to", "notebook", "--execute", "--log-level", "WARN"]
        command += ["--ExecutePreprocessor.record_timing=False", "--ExecutePreprocessor.kernel_name=python3"]
        command += ["--CoalesceStreamsPreprocessor.enabled=True"]
        command += ["--ExecutePreprocessor.extra_arguments=--IPKernelApp.log_level=ERROR"]
        command += ["--output-dir", folder, path]
        ran = subprocess.run(command, env=tool_environment(python), stderr=subprocess.PIPE, encoding="utf-8")
        if ran.returncode:
            say(ran.stderr[max(0, ran.stderr.find(FAILED_CELL)) :])
            raise Problem(f"{name} stopped at the cell above; the stored notebook is unchanged.")
        text = steady(json.loads(paths.read(os.path.join(folder, name))))
    paths.write(path + ".new", text)
    os.replace(path + ".new", path)
    say(f"{name}: {time.time() - start:.0f} s, {len(text) / 1e3:.0f} kB")


def steady(notebook):
    """Return the text of a notebook without what changes from run to run, and works only while it runs.

    That is Python's version, and widgets: of them, the picture and the text stay that say what stood there.
    """
    metadata = notebook["metadata"]
    metadata["kernelspec"] = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata.get("language_info", {}).pop("version", None)
    metadata.pop("widgets", None)
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
