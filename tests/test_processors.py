"""Other processors: the emulation takes effect, in kernels too, and one that does nothing is no pass."""

import json
import os
import subprocess
import sys

import nbformat
import pytest

import numerical_tests
import processors
from bounds import Report
from numerical_tests import OWN
from problems import Problem

each_processor = pytest.mark.parametrize("name", processors.PROCESSORS)


def machine(**changes):
    """The arithmetic of a machine with AVX-512."""
    found = {
        "machine": "x86_64",
        "numpy and scipy matrices": ["SkylakeX"],
        "numpy loops": ["X86_V3", "X86_V4", "AVX512_ICL"],
        "torch loops": "AVX512",
        "results": {"numpy and scipy matrices": "a", "numpy loops": "b", "C library": "c", "torch matrices": "d"},
    }
    return {**found, **changes}


def old(**changes):
    """The arithmetic of the oldest processor."""
    changed = {"numpy and scipy matrices": "k", "numpy loops": "l", "C library": "m", "torch matrices": "n"}
    found = {"numpy and scipy matrices": ["Nehalem"], "numpy loops": [], "torch loops": "DEFAULT", "results": changed}
    return machine(**{**found, **changes})


def test_the_oldest_processor_is_emulated_in_every_part(tmp_path):
    own = processors.arithmetic(sys.executable, {})
    if own["machine"] not in ("x86_64", "AMD64"):
        pytest.skip("only an x86 machine can compute as another one does")
    variables, found = processors.emulate(sys.executable, "nehalem", own)
    assert found["numpy and scipy matrices"] == ["Nehalem"]
    assert found["numpy loops"] == []
    assert found["torch loops"] == "DEFAULT"
    # The tests get these variables, and so do the kernels that they start.
    assert_kernels_get(variables, tmp_path)


def assert_kernels_get(variables, folder):
    cell = f"import os\nassert {variables!r}.items() <= os.environ.items()"
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    nbformat.write(book, folder / "kernel.ipynb")
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", "-p", "no:cacheprovider"]
    command += ["-c", os.devnull, "--rootdir", str(folder), str(folder / "kernel.ipynb")]
    ran = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout
    assert subprocess.run(command, capture_output=True, text=True).returncode == 1


@each_processor
def test_another_kind_of_machine_is_told_that_it_cannot(name):
    with pytest.raises(processors.CannotEmulate, match=f"no x86 but arm64: it cannot compute as {name} does"):
        processors.emulate("python", name, machine(machine="arm64"))


def test_a_missing_instruction_is_named():
    with pytest.raises(processors.CannotEmulate, match="no X86_V4: it cannot compute as skylakex"):
        processors.emulate("python", "skylakex", machine(**{"numpy loops": ["X86_V3"]}))


@pytest.mark.parametrize(
    "nothing_done",
    [
        {"numpy and scipy matrices": ["SkylakeX"]},
        {"numpy loops": ["X86_V3"]},
        {"torch loops": "AVX512"},
        {"results": {**old()["results"], "torch matrices": "d"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_emulation_that_does_nothing_is_an_error(monkeypatch, nothing_done):
    monkeypatch.setattr(processors, "arithmetic", lambda python, variables: old())
    assert (
        processors.emulate("python", "nehalem", machine())[0]["NPY_DISABLE_CPU_FEATURES"] == "X86_V3 X86_V4 AVX512_ICL"
    )
    monkeypatch.setattr(processors, "arithmetic", lambda python, variables: old(**nothing_done))
    with pytest.raises(Problem, match="Nothing was tested: as nehalem"):
        processors.emulate("python", "nehalem", machine())


def test_what_numpy_refuses_ends_in_a_sentence():
    with pytest.raises(Problem, match="numpy or torch does not start"):
        processors.arithmetic(
            sys.executable, {"NPY_ENABLE_CPU_FEATURES": "X86_V3", "NPY_DISABLE_CPU_FEATURES": "X86_V3"}
        )


# ---- the runs ----------------------------------------------------------------------------------


@pytest.fixture
def runs(monkeypatch):
    """Let nothing start: each processor's run ends as `runs.codes` says, and is recorded."""

    def run(python, variables, arguments):
        runs.made.append((variables["name"] if variables else OWN, arguments))
        code = runs.codes.get(runs.made[-1][0], 0)
        return code, "1 failed" if code else "1 passed", runs.reports

    def emulate(python, name, own):
        if name == "skylakex":
            raise processors.CannotEmulate("This machine has no X86_V4.")
        alike = "haswell" if name == "zen" else name
        return {"name": name}, {"results": {"loops": alike}}

    run.made, run.codes, run.reports = [], {}, [Report("an error", 0.2, "meV", None, 0.3)]
    monkeypatch.setattr(numerical_tests, "find_environment", lambda: "python")
    monkeypatch.setattr(numerical_tests, "arithmetic", lambda python, variables: {"results": {"loops": "own"}})
    monkeypatch.setattr(numerical_tests, "emulate", emulate)
    monkeypatch.setattr(numerical_tests, "run_tests", run)
    runs = run
    return runs


def test_every_processor_is_run_or_says_why_not(runs, capsys):
    assert numerical_tests.test_processors(["-x"]) == 0
    assert runs.made == [(name, ["-x"]) for name in (OWN, "nehalem", "sandybridge", "haswell")]
    lines = capsys.readouterr().out.splitlines()
    assert "skylakex     This machine has no X86_V4." in lines
    assert "zen          not run: every digit is as on haswell" in lines
    assert "haswell      1 passed" in lines


def test_one_failure_on_one_processor_is_a_failure(runs, capsys):
    runs.codes = {"nehalem": 1}
    assert numerical_tests.test_processors([]) == 1
    assert "nehalem      1 failed" in capsys.readouterr().out
    assert len(runs.made) == 4


def test_one_processor_can_be_named(runs):
    assert numerical_tests.test_processors(["zen", "tests", "-x"]) == 0
    assert runs.made == [("zen", ["tests", "-x"])]


@pytest.mark.parametrize(
    ("name", "sentence"), [("pentium", "No processor is called pentium"), ("skylakex", "no X86_V4")]
)
def test_a_processor_that_is_not_there_is_not_passed_over(runs, name, sentence):
    with pytest.raises(Problem, match=sentence):
        numerical_tests.test_processors([name])
    assert runs.made == []


def test_bounds_that_nobody_recorded_are_an_error(runs):
    runs.reports = []
    with pytest.raises(Problem, match="no bound was watched"):
        numerical_tests.test_processors([])


def test_what_is_numerical_is_found():
    paths = numerical_tests.numerical_tests()
    assert paths[-1] == "notebooks"
    assert {os.path.join("tests", f"test_{name}.py") for name in ("training", "model", "crystals")} <= set(paths)
    assert not {os.path.join("tests", f"test_{name}.py") for name in ("course", "browser", "packages")} & set(paths)


def test_pytest_runs_and_the_numbers_of_its_tests_are_read(tmp_path):
    report = {"name": "an error", "value": 0.25, "unit": "meV", "at_most": 0.3, "at_least": None}
    test = tmp_path / "test_report.py"
    test.write_text(
        "import os\n\ndef test_report():\n    assert os.environ['OTHER'] == 'yes'\n"
        f"    open(os.environ['COURSE_BOUNDS'], 'a').write({json.dumps(report)!r} + '\\n')\n"
    )
    arguments = ["-n", "0", "-c", os.devnull, "-p", "no:cacheprovider", str(test)]
    code, outcome, reports = numerical_tests.run_tests(sys.executable, {"OTHER": "yes"}, arguments)
    assert (code, reports) == (0, [Report("an error", 0.25, "meV", None, 0.3)])
    assert outcome.startswith("1 passed")
    assert numerical_tests.run_tests(sys.executable, {"OTHER": "no"}, arguments)[0] == 1


def test_the_nearest_bound_comes_first(monkeypatch):
    stored = [Report("an error", 0.2, "meV", None, 0.3), Report("a ratio", 8.0, "", 2.0, None)]
    monkeypatch.setattr(numerical_tests.paths, "notebooks", lambda: ["03_training.ipynb"])
    monkeypatch.setattr(numerical_tests, "stored_reports", lambda path: stored)
    numbers = [(stored[1], OWN), (stored[0], OWN), (stored[0]._replace(value=0.25), "zen")]
    numbers += [(Report("of a test", 1.0, "", None, 1.0), "zen")]  # in no lesson
    assert numerical_tests.nearest(numbers) == [
        "1 of 2 bounds are nearer than a factor of 2; what is left, smallest first:",
        "  1.20  lesson 03  an error: 0.25 (at most 0.3 meV), zen",
        "  4.00  lesson 03  a ratio: 8 (at least 2), this machine",
    ]
