"""Memory of all lessons, opened one after the other, run to the end and left open: with a limit of 2 GB and without.

PSS (what processes share counts once) of JupyterLab's server and of everything it started, as Linux gives it, looked at
ten times a second.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat
import psutil
import requests
from jupyter_client.blocking import BlockingKernelClient

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "binder" / "jupyter")]

from browser import free_port  # noqa: E402
from room_for_lessons import memory_used  # noqa: E402

LIMIT = 2e9


@contextlib.contextmanager
def server(limit):
    """JupyterLab as Binder starts it; gives its address, headers for requests, its folder and its process."""
    with tempfile.TemporaryDirectory() as folder:
        port, settings = free_port(), ROOT / "binder" / "jupyter"
        variables = dict(os.environ, JUPYTER_CONFIG_PATH=str(settings), JUPYTER_RUNTIME_DIR=folder)
        variables.pop("MEM_LIMIT", None)
        if limit:
            variables["MEM_LIMIT"] = str(int(limit))
        command = [ROOT / "binder" / "start", sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
        command += [f"--port={port}", "--IdentityProvider.token=benchmark", f"--ServerApp.root_dir={ROOT}"]
        process = subprocess.Popen(command, env=variables, stderr=subprocess.DEVNULL, start_new_session=True)
        address, headers = f"http://127.0.0.1:{port}", {"Authorization": "token benchmark"}
        try:
            while True:
                with contextlib.suppress(requests.ConnectionError):
                    if requests.get(address + "/api", headers=headers, timeout=5).ok:
                        break
                time.sleep(0.2)
            yield address, headers, Path(folder), psutil.Process(process.pid)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Peak(threading.Thread):
    """Looks at the memory of a process until it is asked to end."""

    def __init__(self, process):
        super().__init__(daemon=True)
        self.process, self.highest, self.ended = process, 0, threading.Event()
        self.start()

    def run(self):
        while not self.ended.wait(0.1):
            self.highest = max(self.highest, memory_used(self.process))

    def end(self):
        """Return the highest that was seen, bytes."""
        self.ended.set()
        self.join()
        return self.highest


def run(path, address, headers, folder):
    """Open a lesson and run all its cells, as a click does; returns the number of cells that failed."""
    body = {"path": f"notebooks/{path.name}", "name": path.name, "type": "notebook", "kernel": {"name": "python3"}}
    session = requests.post(address + "/api/sessions", json=body, headers=headers, timeout=60).json()
    client = BlockingKernelClient(connection_file=str(folder / f"kernel-{session['kernel']['id']}.json"))
    client.load_connection_file()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    failed = 0
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code" and cell.source.strip():
            reply = client.execute_interactive(cell.source, output_hook=lambda message: None, timeout=600)
            failed += reply["content"]["status"] != "ok"
    client.stop_channels()
    return failed


def main(names):
    """Print what each lesson takes, and what all of them take together."""
    paths = [
        path for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")) if path.stem[:2] in (names or path.stem)
    ]
    for limit in (LIMIT, None):
        print(f"limit: {limit / 1e9:g} GB" if limit else "no limit: nothing is ever stopped")
        print("lesson    all, highest while it runs    all, when it has ended    lessons running    cells that failed")
        with server(limit) as (address, headers, folder, process):
            print(f"{'server':9} {memory_used(process) / 1e6:23.0f} MB")
            highest = 0
            for path in paths:
                peak = Peak(process)
                failed = run(path, address, headers, folder)
                highest = max(highest, peak.end())
                running = len(requests.get(address + "/api/kernels", headers=headers, timeout=60).json())
                print(
                    f"{path.stem[:2]:9} {peak.highest / 1e6:23.0f} MB {memory_used(process) / 1e6:23.0f} MB"
                    f" {running:15} {failed:18}",
                    flush=True,
                )
            print(f"highest of all: {highest / 1e9:.2f} GB\n")


if __name__ == "__main__":
    main(sys.argv[1:])
