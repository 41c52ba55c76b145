"""What each lesson costs: time, memory and size of every notebook (`course.py bench --lessons`)."""

import sys
import tempfile
import threading
import time
from pathlib import Path
from shutil import copytree, ignore_patterns

import nbformat
import numpy as np
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"

LESSON_SECONDS, LESSON_MEGABYTES_ON_DISK = 60, 1.0
"""What a notebook may take at most."""


def measure_lesson(notebook, folder):
    """Run a notebook in a kernel of its own and watch the kernel.

    Parameters
    ----------
    notebook : pathlib.Path
        It is not changed.
    folder : pathlib.Path
        Where the kernel works.

    Returns
    -------
    seconds : tuple of (float, float)
        From the start of the kernel to the end of the last cell, on the clock and of the processor.
    megabytes : float
        Peak of the kernel's resident memory, looked at every 10 ms, 1 MB = 10^6 bytes.
    problem : str
        Empty if every cell ran.
    """
    client = NotebookClient(
        nbformat.read(notebook, as_version=4),
        timeout=600,
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--log-level=ERROR"],  # else every kernel warns that it talks over TCP
    )
    peak, ended, problem = 0, threading.Event(), ""

    def watch(process):
        nonlocal peak
        while not ended.wait(0.01):
            peak = max(peak, process.memory_info().rss)

    start = time.perf_counter()
    with client.setup_kernel():
        kernel = psutil.Process(client.km.provisioner.pid)
        watcher = threading.Thread(target=watch, args=(kernel,))
        watcher.start()
        try:
            for index, cell in enumerate(client.nb.cells):
                client.execute_cell(cell, index)
        except CellExecutionError as error:
            problem = f"{error.ename}: {error.evalue}".splitlines()[0]
        clock, processor = time.perf_counter() - start, sum(kernel.cpu_times()[:2])
        ended.set()
        watcher.join()
    return (clock, processor), peak / 1e6, problem


def bench_lessons(names):
    """Print run time, peak memory and size on disk of notebooks.

    They run in a copy of the notebooks' folder without the data that lessons save for each other, so that
    each one makes again what it needs: the longest that a reader can have to wait.

    Parameters
    ----------
    names : list of str
        Beginnings of file names such as "02"; all notebooks if the list is empty.
    """
    paths = [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if path.name.startswith(tuple(names or [""]))]
    if not paths:
        sys.exit(f"No notebook begins with {' or '.join(names)}: give numbers such as 02 04.")
    print("Each notebook alone, one thread, without saved data; memory: peak of its kernel.")
    print("Clock far above CPU time: other programs had the processor; measure again on a quiet machine.")
    print(f"{'':24}{'clock, s':>10}{'CPU, s':>10}{'memory, MB':>12}{'disk, MB':>10}   wanted, at most")
    total = np.zeros(2)
    for path in paths:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary) / "notebooks"
            copytree(NOTEBOOKS, folder, ignore=ignore_patterns("data", "scripts", "__pycache__", ".*"))
            seconds, memory, problem = measure_lesson(path, folder)
        memory_limit = 600 if path.name < "05" else 900
        disk = path.stat().st_size / 1e6
        kept = seconds[0] <= LESSON_SECONDS and memory <= memory_limit and disk <= LESSON_MEGABYTES_ON_DISK
        total += seconds
        print(
            f"{path.name:<24}{seconds[0]:>10.1f}{seconds[1]:>10.1f}{memory:>12.0f}{disk:>10.2f}   "
            f"{LESSON_SECONDS} s, {memory_limit} MB, {LESSON_MEGABYTES_ON_DISK:g} MB{'' if kept else '  <- missed'}"
            f"{f'  FAILED: {problem}' if problem else ''}"
        )
    print(f"{'together':<24}{total[0]:>10.1f}{total[1]:>10.1f}")
