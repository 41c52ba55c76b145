"""Where memory is limited, resting lessons make room; nothing else is ever stopped."""

import asyncio
import datetime
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "binder" / "jupyter"))

import room_for_lessons  # noqa: E402
from room_for_lessons import RoomForLessons  # noqa: E402

MB = 1e6


@pytest.fixture
def kernels(monkeypatch):
    """Four kernels of 400 MB each, used at minutes 1 to 4; the one of minute 2 is busy. The limit is 2 GB."""
    made = RoomForLessons()
    for minute, state in enumerate(("idle", "busy", "idle", "idle"), 1):
        when = datetime.datetime(2026, 1, 1, 12, minute, tzinfo=datetime.UTC)
        made._kernels[f"kernel {minute}"] = SimpleNamespace(execution_state=state, last_activity=when)

    async def shutdown(kernel_id):
        del made._kernels[kernel_id]

    monkeypatch.setattr(made, "shutdown_kernel", shutdown)
    monkeypatch.setattr(made, "name_of", lambda kernel_id: kernel_id)
    monkeypatch.setattr(room_for_lessons, "memory_used", lambda: 400 * MB * len(made._kernels))
    monkeypatch.setenv("MEM_LIMIT", "2000000000")
    return made


def make_room(kernels, megabytes, **options):
    return asyncio.run(kernels.make_room(megabytes * MB, **options))


def test_with_room_nothing_is_stopped(kernels):
    assert make_room(kernels, 390) == []


def test_the_longest_at_rest_goes_first_and_a_busy_one_never(kernels):
    assert make_room(kernels, 900) == ["kernel 1", "kernel 3"]
    assert make_room(kernels, 1500) == ["kernel 4"]
    assert list(kernels._kernels) == ["kernel 2"]


def test_while_lessons_run_the_one_in_use_stays(kernels):
    for kernel_id in ("kernel 1", "kernel 2", "kernel 3"):
        del kernels._kernels[kernel_id]
    assert make_room(kernels, 1900, at_most=1) == []


def test_at_most_one_is_stopped_at_a_look(kernels):
    assert make_room(kernels, 1900, at_most=1) == ["kernel 1"]


@pytest.mark.parametrize("limit", ["", "0", "half"])
def test_without_a_limit_nothing_is_ever_stopped(kernels, monkeypatch, limit):
    monkeypatch.setenv("MEM_LIMIT", limit)
    assert make_room(kernels, 1e9) == []


def test_the_memory_that_is_used_is_read():
    assert room_for_lessons.memory_used() > 10 * MB
