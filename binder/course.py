#!/usr/bin/env python3
"""The course on machine-learned force fields: one command opens it, one tests it.

    python3 binder/course.py lab     open the course in JupyterLab, in your browser
    python3 binder/course.py test    check that everything works (some minutes)

All it needs is Python 3.11, 3.12, 3.13 or 3.14. The first time, it makes the folder .venv beside
README.md and installs the packages of environment.yml there (2 GB, a few minutes); from then on it
starts at once. To take back all that room, delete .venv. On Windows, write `py` for `python3`.
With conda, run `conda env create -f environment.yml` and `conda activate force-field-course`: the
same commands then use that environment and make no .venv.

For readers
  lab [OPTIONS]    open notebooks/00_start_here.ipynb; Ctrl-C ends it. OPTIONS go to JupyterLab:
                       python3 binder/course.py lab --no-browser --port 9999
  setup            only make or update .venv, to work without network later

For contributors
  test [OPTIONS]   run all tests and all notebooks. OPTIONS and paths go to pytest:
                       python3 binder/course.py test notebooks/02_dataset.ipynb
                       python3 binder/course.py test tests -k launcher
  bench [OPTIONS]  time and accuracy of the course's model beside the published recipe
  sync             carry changes between the notebooks and notebooks/scripts/; the newer file wins
  run [NAMES]      sync, then run these notebooks (or all) and store their outputs:
                       python3 binder/course.py run 02 03
  lock             after a change of environment.yml's first part: renew the locked rest
"""

import contextlib
import difflib
import errno
import glob
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ENVIRONMENT = os.path.join(ROOT, "environment.yml")
VENV = os.path.join(ROOT, ".venv")

# The Pythons for which every pin has a wheel on Linux, macOS and Windows; `lock` checks that.
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = ("x86_64-manylinux_2_28", "aarch64-apple-darwin", "x86_64-pc-windows-msvc")
UV = "uv==0.13.9"  # resolves the locked part
LOCKED_PART = "      # What those bring along, locked"
CUDA = re.compile("nvidia|cuda|triton")  # what torch's CUDA build for Linux brings along
SPACE = 4e9  # bytes; the environment takes 2 GB, pip's own copies nearly as much while it works


class Problem(Exception):
    """One sentence that tells the reader what went wrong and what to do."""


# ---- the list of packages ----------------------------------------------------------------------


def read_environment(text):
    """Read the part of environment.yml that pip installs.

    Parameters
    ----------
    text : str
        What environment.yml says.

    Returns
    -------
    pins : list of str
        Requirement lines, such as ``pywin32==312 ; sys_platform == 'win32'``.
    cpu_index : str
        Address of PyTorch's index of builds without CUDA.
    """
    lines = [line.strip() for line in text.split("- pip:\n")[1].splitlines()]
    items = [re.sub(r"\s+#.*", "", line[2:]) for line in lines if line.startswith("- ")]
    cpu_index = next(item.split()[1] for item in items if item.startswith("--extra-index-url"))
    return [item for item in items if not item.startswith("--")], cpu_index


# Runs inside an environment: only its own Python knows its packages and which markers hold.
INSPECT = """
import json, sys
from importlib.metadata import distributions
try:
    from pip._vendor.packaging.requirements import Requirement
    from pip._vendor.packaging.utils import canonicalize_name
except ImportError:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name
installed = {canonicalize_name(d.metadata["Name"]): d.version for d in distributions()}
pins = [(line, Requirement(line)) for line in json.load(sys.stdin)]
pins = [(line, pin) for line, pin in pins if pin.marker is None or pin.marker.evaluate()]
listed = {canonicalize_name(pin.name): (line, pin.specifier) for line, pin in pins}
print(json.dumps({
    "wrong": [line for name, (line, specifier) in listed.items()
              if not specifier.contains(installed.get(name, "0"), prereleases=True)],
    "unlisted": sorted(set(installed) - set(listed) - {"pip"}),
}))
"""


def inspect(python, pins):
    """Compare the packages of a Python with the pins.

    Parameters
    ----------
    python : str
        Path of the interpreter.
    pins : list of str
        Requirement lines with exact versions.

    Returns
    -------
    dict or None
        ``"wrong"``: the lines for this machine that are not met; ``"unlisted"``: names of installed
        packages that no line names. None if that Python cannot tell.
    """
    answer = subprocess.run(
        [python, "-c", INSPECT],
        input=json.dumps(pins),
        env=tool_environment(python),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    return json.loads(answer.stdout) if answer.returncode == 0 else None


# ---- environments ------------------------------------------------------------------------------


def find_python(prefix):
    """Return the path of the interpreter in an environment's folder, or None."""
    for parts in (("bin", "python"), ("Scripts", "python.exe"), ("python.exe",)):
        path = os.path.join(prefix, *parts)
        if os.path.isfile(path):
            return path
    return None


def python_version(python):
    """Return the version of an interpreter as in "3.11", or None if it does not run."""
    try:
        answer = subprocess.run(
            [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
    except OSError:
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


def tool_environment(python):
    """Return the environment variables for what this launcher starts with ``python``."""
    variables = dict(os.environ)
    for name in ("PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__"):
        variables.pop(name, None)  # they would mix in packages from elsewhere
    # Numbers must not depend on how many cores a machine has.
    for name in ("OMP", "MKL", "OPENBLAS", "NUMBA"):
        variables[name + "_NUM_THREADS"] = "1"
    variables["PYTHONNOUSERSITE"] = "1"
    variables["PIP_USER"] = "0"
    variables["JUPYTER_PREFER_ENV_PATH"] = "1"  # this environment's kernel before the user's own
    variables["PATH"] = os.path.dirname(python) + os.pathsep + variables.get("PATH", "")
    return variables


def find_environment():
    """Find the environment with the pinned packages, or make it.

    Returns
    -------
    str
        Path of its Python: that of the active conda or virtual environment if it has exactly the
        pinned versions, otherwise that of ``.venv``, which is made or updated if need be.

    Raises
    ------
    Problem
        If the environment cannot be made.
    """
    with open(ENVIRONMENT, encoding="utf-8") as file:
        pins, cpu_index = read_environment(file.read())
    for variable in ("CONDA_PREFIX", "VIRTUAL_ENV"):
        prefix = os.environ.get(variable, "")
        python = find_python(prefix) if prefix else None
        if python and os.path.realpath(prefix) != os.path.realpath(VENV):
            state = inspect(python, pins)
            if state and not state["wrong"]:
                return python
            say(f"The active environment {prefix} lacks packages of environment.yml: using .venv.")
    return own_environment(pins, cpu_index)


def own_environment(pins, cpu_index):
    """Make ``.venv`` hold the pinned packages and return the path of its Python.

    It is stamped with its Python's version and the pins when that is done; as long as the stamp
    is right, nothing is looked at again. What was interrupted while packages were changing is
    made anew.
    """
    stamp, unfinished = venv_file("stamp"), venv_file("unfinished")
    python = find_python(VENV)
    version = python_version(python) if python else None
    if version and not os.path.exists(unfinished) and read(stamp) == stamp_text(version, pins):
        return python

    usable = version in PYTHONS and not os.path.exists(unfinished)
    state = inspect(python, pins) if usable else None
    if state is None:
        python = make_venv()
        version = python_version(python)
        state = inspect(python, pins)
    if state["wrong"]:
        install(python, state["wrong"], cpu_index)
    if state["unlisted"] and read(stamp):  # packages of an earlier list; without a stamp, the user's own
        run_pip(python, ["uninstall", "--yes", *state["unlisted"]])
    write(stamp, stamp_text(version, pins))
    say("The environment is ready: " + VENV)
    return python


def venv_file(name):
    """Return the path of one of the launcher's own files in ``.venv``."""
    return os.path.join(VENV, f"course-{name}.txt")


def stamp_text(version, pins):
    """Return what tells one finished environment from another."""
    return "\n".join(["Python " + version, *pins, ""])


def make_venv():
    """Make an empty ``.venv``, in place of any other, and return the path of its Python.

    Raises
    ------
    Problem
        If this Python, or the disk, is not fit for it.
    """
    version = "{}.{}".format(*sys.version_info[:2])
    if version not in PYTHONS:
        raise Problem(
            "This is Python {}, but the course needs Python {} or {}: install one of these and run "
            "this command with it.".format(version, ", ".join(PYTHONS[:-1]), PYTHONS[-1])
        )
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        raise Problem(
            "This Python has no venv module: install it (on Debian and Ubuntu with "
            f"`sudo apt install python{version}-venv`) and run the command again."
        )
    if os.path.exists(VENV):
        shutil.rmtree(VENV)
    if shutil.disk_usage(ROOT).free < SPACE:
        raise disk_full()
    say("Making .venv with the packages of environment.yml. This happens once and takes some minutes.")
    os.mkdir(VENV)
    write(venv_file("unfinished"), "")
    base = getattr(sys, "_base_executable", sys.executable)  # not one that was in the old .venv
    made = subprocess.run(
        [base, "-m", "venv", VENV],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    if made.returncode:
        raise explain(made.stdout)
    os.remove(venv_file("unfinished"))
    return find_python(VENV)


# ---- pip ---------------------------------------------------------------------------------------


def install(python, pins, cpu_index):
    """Install pinned packages, torch among them as the CPU build.

    Parameters
    ----------
    python : str
        Path of the environment's Python.
    pins : list of str
        Requirement lines; they are complete, so pip looks for no further dependencies.
    cpu_index : str
        Address of PyTorch's index of CPU builds.
    """
    say(f"Installing {len(pins)} packages ...")
    if sys.platform.startswith("linux"):  # elsewhere every build is a CPU build
        pins = [cpu_torch(python, pin, cpu_index) if pin.startswith("torch==") else pin for pin in pins]
    write(venv_file("requirements"), "\n".join(pins) + "\n")
    run_pip(python, ["install", "--no-deps", "--requirement", venv_file("requirements")], len(pins))


def cpu_torch(python, pin, cpu_index):
    """Return what to ask pip for to get the pinned torch without CUDA.

    Only metadata is fetched: first from PyTorch's CPU index, then from wherever pip looks by
    itself.

    Raises
    ------
    Problem
        If neither offers a build without CUDA.
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
            found = json.loads(read(report))["install"][0]
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

    A mark stands in ``.venv`` while packages change; it stays behind if that is cut short.

    Parameters
    ----------
    python : str
        Path of the environment's Python.
    arguments : list of str
        pip's command and options.
    total : int
        Number of packages to install.

    Raises
    ------
    Problem
        If pip fails.
    """
    write(venv_file("unfinished"), "")
    command = [python, "-u", "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    if total:
        command.append("--progress-bar=off")
    with open(venv_file("log"), "w", encoding="utf-8") as log:
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
            show.update(read(venv_file("log")))
        show.finish()
    finally:
        if pip.poll() is None:
            pip.terminate()
            pip.wait()
        output = read(venv_file("log"))
        untouched = not re.search("Installing collected packages|Attempting uninstall|Uninstalling", output)
        if pip.returncode == 0 or untouched:
            os.remove(venv_file("unfinished"))
    if pip.returncode:
        raise explain(output)


class Progress:
    """A line that says how far pip is; on a terminal it is rewritten in place.

    Parameters
    ----------
    total : int
        Number of packages to install; 0 shows nothing.
    """

    def __init__(self, total):
        self.total = total
        self.terminal = sys.stderr.isatty()
        self.start = time.time()
        self.shown = None

    def count_installed(self):
        """Count the packages that were put into ``.venv`` since the start."""
        pattern = os.path.join(glob.escape(VENV), "[lL]ib", "**", "site-packages", "*.dist-info")
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


def explain(output):
    """Turn what a failed pip or venv printed into a Problem."""
    if re.search("No space left|not enough space|Errno 28|disk is full", output):
        return disk_full()
    if re.search(
        "[Cc]onnection(Error| broken| aborted| reset| refused)|Timeout|timed out|NameResolution|getaddrinfo"
        "|ProxyError|SSLError|unreachable|from versions: none",
        output,
    ):
        return Problem(
            "pip cannot reach the packages it needs: connect to the internet (behind a proxy, set "
            "HTTPS_PROXY) and run the command again."
        )
    missing = re.search("No matching distribution found for (\\S+)", output)
    if missing:
        return Problem(
            f"There is no build of {missing.group(1)} for this machine: use Linux on x86_64, macOS 14 or "
            "newer on Apple silicon, or 64-bit Windows, or open the course on Binder."
        )
    errors = [line for line in output.splitlines() if re.search("error", line, re.IGNORECASE)]
    return Problem(
        "Installing failed ({}): mend that, or delete the folder .venv, and run the command again; "
        "pip's whole output is in {}.".format((errors or ["no reason given"])[0].strip(), venv_file("log"))
    )


def disk_full():
    """Return the Problem for a full disk."""
    return Problem(
        f"The disk is too full: make {SPACE / 1e9:.0f} GB free for {VENV} and the temporary folder "
        f"{tempfile.gettempdir()}, and run the command again."
    )


# ---- commands ----------------------------------------------------------------------------------


def hand_over(python, arguments):
    """Become the tool that ``python -m arguments`` starts; its return code is ours."""
    variables = tool_environment(python)
    settings = os.path.join(ROOT, "binder", "jupyter")
    variables["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        [settings, *filter(None, [variables.get("JUPYTER_CONFIG_PATH")])]
    )
    os.chdir(ROOT)
    command = [python, *arguments]
    if os.name != "nt":
        os.execve(python, command, variables)
    tool = subprocess.Popen(command, env=variables)
    while True:
        try:
            return tool.wait()
        except KeyboardInterrupt:  # the tool got it too, and ends in its own way
            pass


def lab(arguments):
    """Open JupyterLab; binder/jupyter/ says on which page."""
    # In a container one is often root, and JupyterLab would refuse to start.
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return hand_over(find_environment(), ["-m", "jupyterlab", *root, *arguments])


def test(arguments):
    """Run pytest; pyproject.toml says on what."""
    # Two files at a time: each notebook's kernel takes one core and half a gigabyte. What the reader adds wins.
    return hand_over(find_environment(), ["-m", "pytest", "-n", "2", "--dist", "loadfile", *arguments])


def bench(arguments):
    """Run the benchmark."""
    return hand_over(find_environment(), [os.path.join("tests", "benchmark.py"), *arguments])


def setup(arguments):
    """Make or update the environment, and start nothing."""
    print("Packages of environment.yml are installed for", find_environment())
    return 0


def sync(arguments):
    """Bring every notebook and its script to the same text."""
    python = find_environment()
    folder = os.path.join(glob.escape(ROOT), "notebooks")
    files = {os.path.splitext(os.path.basename(path))[0]: path for path in glob.glob(folder + "/*.ipynb")}
    for path in glob.glob(folder + "/scripts/*.py"):
        files.setdefault(os.path.splitext(os.path.basename(path))[0], path)  # a script without notebook
    if not files:
        return 0
    answer = subprocess.run(
        [python, "-m", "jupytext", "--sync", *sorted(files.values())],
        env=tool_environment(python),
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    for path in re.findall(r"Updating (/.*|\w:.*)", answer.stdout):
        say("written: " + os.path.relpath(path, ROOT))
    return answer.returncode


def run(names):
    """Sync, then run notebooks and store their outputs, widgets included."""
    if sync([]):
        raise Problem("The notebooks and their scripts could not be brought together: see above.")
    python = find_environment()
    notebooks = sorted(os.listdir(os.path.join(ROOT, "notebooks")))
    notebooks = [name for name in notebooks if name.endswith(".ipynb")]
    names = [os.path.splitext(os.path.basename(name))[0] for name in names] or [""]
    for name in names:
        if not any(notebook.startswith(name) for notebook in notebooks):
            raise Problem("No notebook is called {}: there are {}.".format(name, ", ".join(notebooks)))
    for notebook in notebooks:
        if notebook.startswith(tuple(names)):
            execute(python, os.path.join(ROOT, "notebooks", notebook))
    return 0


def execute(python, path):
    """Run one notebook and store it with its outputs.

    What changes from run to run without meaning is left out or made the same: times, Python's
    version, and the random names of widgets.

    Raises
    ------
    Problem
        If a cell fails; the stored notebook is then left as it was.
    """
    start = time.time()
    name = os.path.basename(path)
    with tempfile.TemporaryDirectory() as folder:
        command = [python, "-m", "nbconvert", "--to", "notebook", "--execute", "--log-level", "WARN"]
        command += ["--ExecutePreprocessor.record_timing=False", "--ExecutePreprocessor.kernel_name=python3"]
        command += ["--CoalesceStreamsPreprocessor.enabled=True"]
        command += ["--output-dir", folder, path]
        if subprocess.call(command, env=tool_environment(python)):
            raise Problem(f"{name} stopped at the cell above; the stored notebook is unchanged.")
        text = steady(json.loads(read(os.path.join(folder, name))), name)
    write(path + ".new", text)
    os.replace(path + ".new", path)
    say(f"{name}: {time.time() - start:.0f} s, {len(text) / 1e3:.0f} kB")


def steady(notebook, name):
    """Return the text of a notebook that is the same whenever its cells and outputs are.

    Parameters
    ----------
    notebook : dict
        The notebook as read from JSON.
    name : str
        Its file name, from which its widgets get their names.
    """
    metadata = notebook["metadata"]
    metadata["kernelspec"] = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata.get("language_info", {}).pop("version", None)
    cells = json.dumps(notebook["cells"], sort_keys=True)
    if "application/vnd.jupyter.widget-view+json" not in cells:
        metadata.pop("widgets", None)
    widgets = metadata.get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {})
    state = {model: json.dumps(entry, sort_keys=True) for model, entry in widgets.get("state", {}).items()}
    names = {}

    def rename(text):  # in the order in which outputs, and the widgets in them, name each other
        for model in re.findall("[0-9a-f]{32}", text):
            if model in state and model not in names:
                names[model] = uuid.uuid5(uuid.NAMESPACE_URL, f"{name}#{len(names)}").hex
                rename(state[model])

    rename(cells)
    blank = {model: re.sub("[0-9a-f]{32}", lambda hit: names.get(hit[0], ""), state[model]) for model in state}
    for model in sorted(state, key=blank.get):  # links between widgets, which no output names
        rename(model)
    text = json.dumps(notebook)
    for model, new in names.items():
        text = text.replace(model, new)
    return json.dumps(json.loads(text), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def lock(arguments):
    """Resolve the first part of environment.yml and write what it brings along below it.

    Raises
    ------
    Problem
        If that cannot be resolved, or a version lacks a wheel; environment.yml is then unchanged.
    """
    old = read(ENVIRONMENT)
    first = old[: old.index(LOCKED_PART)]
    direct, _ = read_environment(first)
    names = {package_name(pin) for pin in direct}
    with tempfile.TemporaryDirectory() as folder:
        listed, resolved = os.path.join(folder, "direct.in"), os.path.join(folder, "pins.txt")
        write(listed, "\n".join(direct) + "\n")
        subprocess.check_call([sys.executable, "-m", "venv", os.path.join(folder, "venv")])
        python = find_python(os.path.join(folder, "venv"))
        subprocess.check_call([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV])

        def compile_pins(source, target, options):
            command = [python, "-m", "uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate"]
            variables = dict(os.environ, MACOSX_DEPLOYMENT_TARGET="14.0")  # the oldest that torch runs on
            subprocess.check_call([*command, source, "--output-file", target, *options.split()], env=variables)

        compile_pins(listed, resolved, "--universal --fork-strategy fewest --python-version " + PYTHONS[0])
        pins = [line for line in read(resolved).splitlines() if not CUDA.match(line)]
        pins = [line for line in pins if package_name(line) not in names]
        write(resolved, "\n".join(direct + pins) + "\n")
        for version in PYTHONS:
            for platform in PLATFORMS:
                say(f"Looking for wheels: Python {version}, {platform}")
                options = f"--no-deps --no-build --python-version {version} --python-platform {platform}"
                compile_pins(resolved, os.devnull, options)
    heading = old[old.index(LOCKED_PART) :].splitlines()[0]
    new = first + "\n".join([heading] + ["      - " + pin for pin in pins]) + "\n"
    write(ENVIRONMENT, new)
    changes = [line for line in difflib.ndiff(old.splitlines(), new.splitlines()) if line[0] in "+-"]
    print("\n".join(changes) or "Nothing has changed.")
    return 0


# ---- small things ------------------------------------------------------------------------------


def package_name(pin):
    """Return the name in a requirement line."""
    return re.match(r"[\w.-]+", pin).group()


def say(text):
    """Tell the reader what happens."""
    print(text, file=sys.stderr, flush=True)


def read(path):
    """Return a file's text, "" if there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def write(path, text):
    """Write a text file with the same line ends everywhere."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def main(arguments):
    """Run one command.

    Parameters
    ----------
    arguments : list of str
        The command's name and what follows it.

    Returns
    -------
    int
        0 if all went well.
    """
    commands = {
        "lab": lab,
        "test": test,
        "bench": bench,
        "setup": setup,
        "sync": sync,
        "run": run,
        "lock": lock,
    }
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(__doc__.strip())
        return 0
    if arguments[0] not in commands:
        say("course.py: no command {}: there are {} (and --help).".format(arguments[0], ", ".join(commands)))
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that pip is stopped as well
    try:
        return commands[arguments[0]](arguments[1:])
    except Problem as problem:
        say(f"course.py: {problem}")
    except subprocess.CalledProcessError as failure:
        say("course.py: {} failed: see above.".format(" ".join(map(str, failure.cmd))))
    except KeyboardInterrupt:
        say("\nStopped. The same command takes it up again.")
        return 130
    except OSError as error:
        if error.errno == errno.ENOSPC:
            error = disk_full()
        say(f"course.py: {error}")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
