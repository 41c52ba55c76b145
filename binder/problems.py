"""What goes wrong when packages are installed, in sentences that say what to do."""

import re
import sys
import tempfile

import paths

SPACE = 4e9  # bytes; the environment takes 2 GB, pip's own copies nearly as much while it works


class Problem(Exception):
    """One sentence that tells the reader what went wrong and what to do."""


def say(text):
    """Tell the reader what happens."""
    print(text, file=sys.stderr, flush=True)


def explain(output):
    """Turn what a failed pip or venv printed into a Problem."""
    if re.search("No space left|not enough space|Errno 28|disk is full", output):
        return disk_full()
    if re.search(
        "[Cc]onnection(Error| broken| aborted| reset| refused)|Timeout|timed out|NameResolution|getaddrinfo"
        "|ProxyError|SSLError|unreachable|from versions: none",
        output,
    ):
        return Problem(
            "pip cannot reach the packages it needs: connect to the internet (behind a proxy, set "
            "HTTPS_PROXY) and run the command again."
        )
    missing = re.search("No matching distribution found for (\\S+)", output)
    if missing:
        return Problem(
            f"There is no build of {missing.group(1)} for this machine: use Linux on x86_64, macOS 14 or "
            "newer on Apple silicon, or 64-bit Windows, or open the course on Binder."
        )
    errors = [line for line in output.splitlines() if re.search("error", line, re.IGNORECASE)]
    return Problem(
        "Installing failed ({}): correct that, or delete the folder .venv, and run the command again; "
        "pip's whole output is in {}.".format((errors or ["no reason given"])[0].strip(), paths.venv_file("log"))
    )


def disk_full():
    """Return the Problem for a full disk."""
    return Problem(
        f"The disk is too full: make {SPACE / 1e9:.0f} GB free for {paths.VENV} and the temporary folder "
        f"{tempfile.gettempdir()}, and run the command again."
    )
