"""A JupyterLab of its own and a Chromium that reads in it: for the browser tests and the benchmark of the explorers."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM_VARIABLE = "COURSE_CHROMIUM"
EXPLORER = ".course-explorer"
EXPLORER_NAMES = (
    "lennard_jones",
    "soap",
    "training",
    "extrapolation",
    "dynamics",
    "committee",
    "strain",
    "proton",
    "data_map",
    "molecule_map",
)

# Headless, and without a word to the network.
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]

# JupyterLab's own application object: what it has finished, it says itself.
OPEN = """async name => {
    const app = window.jupyterapp;
    await app.restored;
    const notebook = await app.commands.execute('docmanager:open', {path: name});
    await notebook.context.ready;
    await notebook.sessionContext.ready;
}"""

RUN = """() => {
    window.courseNotebookHasRun = false;
    window.jupyterapp.commands.execute('notebook:run-all-cells').then(() => { window.courseNotebookHasRun = true; });
}"""

SAVE = "() => window.jupyterapp.shell.currentWidget.context.save()"

STOP = "() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()"

CLOSE = """async () => {
    const notebook = window.jupyterapp.shell.currentWidget;
    await notebook.sessionContext.shutdown();
    notebook.dispose();
}"""


def find_chromium():
    """Path of a Chromium or Chrome: the one that COURSE_CHROMIUM names, or one on the PATH; None if there is none."""
    if os.environ.get(CHROMIUM_VARIABLE):
        return shutil.which(os.environ[CHROMIUM_VARIABLE])
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for found in map(shutil.which, names) if found), None)


def free_port():
    """A port of this machine that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def lab(folder, port=None):
    """Serve a folder with JupyterLab on loopback; gives its address and its token.

    It has the course's settings; those of the machine's user are left alone, both ways.
    """
    port, token, settings = port or free_port(), secrets.token_hex(16), folder / ".jupyter"
    command = [sys.executable, "-m", "jupyterlab", "--allow-root", "--no-browser", "--ip=127.0.0.1", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}"]
    command += ["--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None"]
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(settings),
        "JUPYTER_CONFIG_PATH": str(ROOT / "binder" / "jupyter"),
        "PYTHONPATH": str(ROOT / "notebooks"),
        "JUPYTER_DATA_DIR": str(settings / "data"),
        "JUPYTER_RUNTIME_DIR": str(settings / "runtime"),
        "OMP_NUM_THREADS": "1",
    }
    with open(folder / "server.log", "w", encoding="utf-8") as log:
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            wait_for(server, f"http://127.0.0.1:{port}/api/status?token={token}", folder / "server.log")
            yield f"http://127.0.0.1:{port}", token
        finally:
            # Its kernels are in sessions of their own: a polite end lets the server stop them too.
            for end in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
                server.send_signal(end)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    server.wait(5)
                    break


def wait_for(server, address, log, seconds=60):
    """Wait until the server answers."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit and server.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")


@contextlib.contextmanager
def chromium():
    """A headless browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=BROWSER_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def open_lab(page, server):
    """Open JupyterLab without any notebook."""
    address, token = server
    page.goto(f"{address}/lab?token={token}&reset")
    page.wait_for_function("window.jupyterapp?.restored.then(() => true)", timeout=60_000)


def open_notebook(page, name):
    """Open a notebook, and run nothing; wait until its outputs stand."""
    page.evaluate(OPEN, name)
    page.wait_for_selector(".jp-OutputArea-output:visible")


def open_and_run(page, name, seconds=300):
    """Open a notebook, run all its cells and wait until the last one has run."""
    page.evaluate(OPEN, name)
    page.evaluate(RUN)
    page.wait_for_function("window.courseNotebookHasRun", timeout=1000 * seconds)
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]:visible', timeout=1000 * seconds)


def close(page):
    """Stop the notebook's kernel, and forget what the run changed."""
    page.evaluate(CLOSE)
