"""Where the repository is: the last line of the README says it, and nothing else does."""

import os
import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[3]

BADGE = re.compile(r"^\[binder\]: https://mybinder\.org/v2/gh/([^/]+/[^/]+)/([^?]+)\?", re.MULTILINE)


class Repository(NamedTuple):
    """The public repository: owner and name as in "owner/name", and the branch that is published."""

    name: str
    branch: str

    def binder(self, notebook):
        """Address that opens a lesson on Binder; the path counts from the repository's top."""
        return f"https://mybinder.org/v2/gh/{self.name}/{self.branch}?urlpath=lab/tree/{notebook}"

    def page(self):
        """Address of the repository."""
        return f"https://github.com/{self.name}"


def repository():
    """The public repository: where a workflow of it runs, that one; else the README's."""
    name, branch = BADGE.search((ROOT / "README.md").read_text(encoding="utf-8")).groups()
    return Repository(os.environ.get("GITHUB_REPOSITORY", name), branch)
