"""The site, served to a Chromium that reaches nothing else: for its tests and its benchmark."""

import contextlib
import functools
import http.server
import importlib
import subprocess
import sys
import threading
from pathlib import Path

import axe_playwright_python
from browser import ROOT

from course_site import stills

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
"""WCAG 2.2, levels A and AA, as axe-core names them."""

RUN_AXE = "rules => axe.run(document, {runOnly: rules}).then(found => found.violations)"

FLATTEN = """() => {
    for (const one of document.querySelectorAll('.highlight pre')) { one.textContent = one.textContent; }
    for (const one of document.querySelectorAll('mjx-container')) { one.textContent = 'a formula'; }
}"""
"""Thousands of alike elements, coloured code and what MathJax draws: to look at them on every page takes minutes."""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and does not talk about it."""

    def log_message(self, *_):
        """Say nothing."""


def build(*folders):
    """Build the site into a folder as the launcher does; returns what it said."""
    script = ROOT / "notebooks" / "site" / "build_site.py"
    built = subprocess.run([sys.executable, script, *folders], capture_output=True, encoding="utf-8")
    assert built.returncode == 0, built.stdout + built.stderr
    return built.stdout


def few_values(name):
    """A grid of an explorer with two or three values of each control that moves: the steps of one step there."""
    controls = importlib.import_module(f"forcefield.explorers.{name}").controls()
    return {key: max(1, len(stills.settings(controls[key], 1)[0]) // 2) for key in stills.GRIDS[name]}


@contextlib.contextmanager
def serve(folder):
    """Serve a folder on loopback; gives the address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def watched(chromium, address, **settings):
    """A page, and the list of all that goes wrong on it: failed and outside requests, errors, warnings."""
    page = chromium.new_page(**settings)
    wrong = []

    def failed(request):
        if request.failure != "net::ERR_ABORTED":  # that is a page which was left before all of it was there
            wrong.append(f"failed: {request.url}")

    page.on("requestfailed", failed)
    page.on("response", lambda answer: answer.status < 400 or wrong.append(f"{answer.status}: {answer.url}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("console", lambda said: said.type in ("error", "warning") and wrong.append(f"{said.type}: {said.text}"))

    def asked(request):
        if not request.url.startswith((address, "data:", "blob:")):
            wrong.append(f"outside: {request.url}")

    page.on("request", asked)
    try:
        yield page, wrong
    finally:
        page.close()


def open_page(page, address):
    """Open a page and wait until its formulas stand."""
    page.goto(address)
    page.evaluate("() => window.MathJax?.startup?.promise")


def violations(page, rules=None):
    """What axe-core finds on a page: rule, and the beginning of every element that breaks it."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(RUN_AXE, rules or RULES)
    return [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found]
