"""A Python of an environment: where it is, and what it is started with."""

import os
import subprocess


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
