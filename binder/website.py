"""For authors: build the site of the course from the stored notebooks, and show it."""

import functools
import http.server
import os
import subprocess
import webbrowser

import paths
from environment import find_environment
from interpreters import tool_environment
from problems import Problem, say

FOLDER = os.path.join("notebooks", "_site")
BUILD = os.path.join("notebooks", "site", "build_site.py")


def site(arguments):
    """Build the site; then serve it on this machine and open it, unless --no-browser is given."""
    if set(arguments) - {"--no-browser"}:
        raise Problem("`site` takes no option but --no-browser, which builds the site and opens nothing.")
    python = find_environment()
    folder = os.path.join(paths.ROOT, FOLDER)
    built = subprocess.run([python, os.path.join(paths.ROOT, BUILD), folder], env=tool_environment(python))
    if built.returncode:
        raise Problem(f"The site was not built: see the warnings above. What stood in {FOLDER} is unchanged.")
    if not arguments:
        show(folder)
    return 0


def show(folder):
    """Serve a folder to this machine alone and open it, until Ctrl-C."""
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        address = f"http://127.0.0.1:{server.server_port}/"
        say(f"The site is at {address} until you press Ctrl-C.")
        webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("")


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and does not talk about it."""

    def log_message(self, *_):
        """Say nothing."""
