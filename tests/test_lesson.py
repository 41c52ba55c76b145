"""What every lesson begins with: one thread, whatever is loaded when."""

import os
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import pytest

from forcefield.lesson import THREAD_VARIABLES, start_lesson
from forcefield.plots import COLOURS, LINES, POINTS

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"

COUNT = """
import torch, threadpoolctl
torch.ones(300, 300) @ torch.ones(300, 300)
counts = [pool["num_threads"] for pool in threadpoolctl.threadpool_info()]
assert counts and set(counts) == {1}, counts
assert torch.get_num_threads() == 1, torch.get_num_threads()
"""


@pytest.mark.parametrize(
    "code",
    [
        "import sys\nfrom forcefield.lesson import start_lesson\nstart_lesson()\nassert 'torch' not in sys.modules\n",
        "import torch, numpy, scipy.linalg\nfrom forcefield.lesson import start_lesson\nstart_lesson()\n",
    ],
    ids=["torch later", "torch before"],
)
def test_everything_computes_on_one_thread(code):
    # The test command sets these variables itself: here they ask for many threads.
    environment = os.environ | dict.fromkeys(THREAD_VARIABLES, "3") | {"PYTHONPATH": str(NOTEBOOKS)}
    run = subprocess.run([sys.executable, "-c", code + COUNT], env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_a_lesson_draws_in_the_course_style():
    with mpl.rc_context({"lines.linewidth": 9.0}):
        start_lesson()
        assert mpl.rcParams["lines.linewidth"] == 1.8


def test_every_role_looks_different():
    for looks in (LINES, POINTS):
        assert set(looks) == {"truth", "model", "training", "validation", "test", "baseline"}
        assert len({look["color"] for look in looks.values()}) == len(looks)
        assert all(looks[role]["color"] == COLOURS[role] for role in looks if role != "test")


def test_a_lesson_says_when_memory_is_nearly_used_up(monkeypatch, capsys):
    monkeypatch.delenv("MEM_LIMIT", raising=False)
    monkeypatch.delenv("COURSE_STOPPED", raising=False)
    start_lesson()
    monkeypatch.setenv("MEM_LIMIT", "1e15")
    start_lesson()
    monkeypatch.setenv("MEM_LIMIT", "no number")
    start_lesson()
    assert capsys.readouterr().out == ""
    monkeypatch.setenv("MEM_LIMIT", "1e7")
    start_lesson()
    assert "of 0.0 GB are used. Close lessons that you have finished" in capsys.readouterr().out


def test_a_lesson_names_those_that_were_stopped_for_it_once(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_STOPPED", "03_training, 04_analysis")
    start_lesson()
    start_lesson()
    assert capsys.readouterr().out.count("stopped: 03_training, 04_analysis. ") == 1
