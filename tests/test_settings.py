"""The settings of the tools, and the style of the code."""

import configparser
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def test_pytest_compares_every_output_and_takes_every_warning_for_an_error():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    assert settings["testpaths"] == ["tests", "notebooks"]
    assert settings["addopts"] == [
        "--nbval",
        "--nbval-current-env",
        "--nbval-sanitize-with=tests/nbval_sanitize.cfg",
        "--ignore-glob=notebooks/[!0-9]*.ipynb",
        "--strict-markers",
        "-ra",
    ]
    first, *ignored = settings["filterwarnings"]
    assert first == "error"
    assert [line for line in ignored if not line.startswith("ignore:pythonjsonlogger.jsonlogger has been moved:")] == []


def test_these_settings_are_the_ones_in_use(pytestconfig):
    assert pytestconfig.inipath == ROOT / "pyproject.toml"
    assert pytestconfig.getini("filterwarnings")[0] == "error"
    assert pytestconfig.option.nbval
    assert not pytestconfig.option.nbval_lax
    assert pytestconfig.option.nbval_current_env


# ---- what nbval does not compare ---------------------------------------------------------------


def sanitize(text):
    """Replace what nbval does not compare, in nbval's own way."""
    settings = configparser.RawConfigParser()
    settings.read(ROOT / "tests" / "nbval_sanitize.cfg", encoding="utf-8")
    for name in settings.sections():
        text = re.sub(settings.get(name, "regex"), settings.get(name, "replace"), text)
    return text


def test_six_things_are_replaced_and_no_others():
    settings = configparser.RawConfigParser()
    settings.read(ROOT / "tests" / "nbval_sanitize.cfg", encoding="utf-8")
    numbers, pictures = ["trained number", "measured time", "saved file"], ["picture", "positions"]
    assert settings.sections() == [*numbers, *pictures, "solved exercises"]


@pytest.mark.parametrize(
    ("text", "compared"),
    [
        ("energy error: 0.23 meV (at most 0.5)", "energy error: TRAINED meV (at most 0.5)"),
        ("force error, 2nd: 1.2e-05 eV/Å (at most 0.001)", "force error, 2nd: TRAINED eV/Å (at most 0.001)"),
        ("slope: -2.1 (at least -2.5)", "slope: TRAINED (at least -2.5)"),
        ("error: 0.23 meV (from 0.05 to 0.5)", "error: TRAINED meV (from 0.05 to 0.5)"),
        ("slope: -2.1 (from -2.5 to -1e-05)", "slope: TRAINED (from -2.5 to -1e-05)"),
        ("ratio at 3.25 Å: 41 (at least 25)\n30 points", "ratio at 3.25 Å: TRAINED (at least 25)\n30 points"),
        ("time: 0.41 s (this machine)", "time: MEASURED s (this machine)"),
        ("fit of 30 points: 12 s (this machine)", "fit of 30 points: MEASURED s (this machine)"),
        ("dimer_dataset.npz: found", "dimer_dataset.npz: READY"),
        ("data/dimer_model.npz: made again\n2 files", "data/dimer_model.npz: READY\n2 files"),
        ('<figure data-scene="3" data-positions="AAD6/w==">', '<figure data-scene="3" data-positions="POSITIONS">'),
        ("Lesson 3: 2 of 5 exercises solved.\n4 of 5", "Lesson 3: SOLVED of 5 exercises solved.\n4 of 5"),
        ("Still open: 3.1, 3.4\n", "Still open: SOLVED\n"),
    ],
)
def test_what_may_differ_is_replaced(text, compared):
    assert sanitize(text) == compared


@pytest.mark.parametrize(
    "text",
    [
        "energy error: 0.23 meV",
        "energy error: 0.23 meV, at most 0.5",
        "energy error 0.23 meV (at most 0.5)",
        "1: 2 3 4 (at most 5)",
        "energy error: nan meV (at most 0.5)",
        "energy error: nan meV (from 0.05 to 0.5)",
        "energy error: 0.23 meV (from 0.05)",
        "energy error: 0.23 meV (from here to 0.5)",
        "energy error: 0.23 meV, from 0.05 to 0.5",
        "shape: (30, 6)",
        "0.41 s",
        "time: 0.41 ms (this machine)",
        "3.25 Å (this machine)",
        "we found 3",
        "dimer_dataset.npz: found 3 systems",
        "dimer_dataset.npz: lost",
        "state: found",
        "<svg>0.5</svg>",
    ],
)
def test_everything_else_is_compared(text):
    assert sanitize(text) == text


# ---- style -------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["check .", "format --check notebooks/forcefield binder tests"])
def test_ruff_finds_nothing(command):
    ruff = [sys.executable, "-m", "ruff", *command.split(), "--output-format", "concise", "--no-cache"]
    ran = subprocess.run(ruff, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
