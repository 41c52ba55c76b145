"""Ask whether the pages outside that the course leads to are still there.

`python tests/outside_links.py`. Not a test: it needs the network, and it prints. It needs no package.
"""

import json
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GONE = (404, 410)
"""Everything else that is no answer may be a page that does not like to be asked by a program."""


def links(root=ROOT):
    """Every outside address in the README, the lessons and the exercises, with the files that hold it."""
    found = {}
    files = [root / "README.md", *sorted((root / "notebooks" / "scripts").glob("*.py"))]
    files += sorted((root / "notebooks" / "forcefield" / "exercises").glob("*.py"))
    for path in files:
        text = re.sub(
            r'^[A-Z_]+ = "https://.*"$', "", path.read_text(encoding="utf-8"), flags=re.MULTILINE
        )  # beginnings
        for address in re.findall(r"https://[^\s<>\"'`\]{}]+", text):
            address = whole(address)
            if "OWNER/REPOSITORY" not in address:
                found.setdefault(address, []).append(path.name)
    return found


def whole(address):
    """An address without what follows it in a sentence; a bracket that it opens, it closes."""
    while address[-1] in ".,;:*" or (address[-1] == ")" and address.count("(") < address.count(")")):
        address = address[:-1]
    return address.partition("#")[0]


def question(address):
    """What is asked: of a DOI, whether it is registered, for publishers turn programs away."""
    doi = re.match(r"https://doi\.org/(.+)", address)
    return f"https://doi.org/api/handles/{doi.group(1)}" if doi else address


def state(address, open_page=urllib.request.urlopen):
    """Whether a page is "there", "gone", or why neither can be said."""
    asked = urllib.request.Request(question(address), headers={"User-Agent": "Mozilla/5.0 (check of links)"})
    try:
        with open_page(asked, timeout=30) as answer:
            if "/api/handles/" in asked.full_url:
                return "there" if json.load(answer)["responseCode"] == 1 else "gone"
            return "there"
    except urllib.error.HTTPError as problem:
        return "gone" if problem.code in GONE else f"answers {problem.code}"
    except (OSError, ValueError) as problem:
        return f"no answer ({problem})"


def main():
    """Ask all; returns 1 if one is gone."""
    gone = 0
    for address, files in sorted(links().items()):
        found = state(address)
        gone += found == "gone"
        if found != "there":
            print(f"{found}: {address} in {', '.join(sorted(set(files)))}")
    print(f"{len(links())} addresses asked, {gone} gone")
    return int(gone > 0)


if __name__ == "__main__":
    sys.exit(main())
