"""What takes long is made once, on all cores: explorers are kept until the package or their grid changes."""

import concurrent.futures
import contextlib
import hashlib
import io
import json
import multiprocessing
import os
from importlib.metadata import version
from pathlib import Path

from course_site import stills
from course_site.addresses import ROOT

KEPT = ROOT / "notebooks" / "data" / "site"
"""Beside what lessons save for each other; not in git."""

LONGEST_FIRST = (
    "dynamics",
    "proton",
    "strain",
    "extrapolation",
    "training",
    "committee",
    "molecule_map",
    "data_map",
    "lennard_jones",
    "soap",
)


def fingerprint(name):
    """A short text that changes when anything changes that an explorer depends on."""
    state = hashlib.sha256(json.dumps([name, stills.GRIDS[name]]).encode())
    for path in sorted([*(ROOT / "notebooks" / "forcefield").rglob("*.py"), *stills_sources()]):
        if "exercises" not in path.parts:
            state.update(path.read_bytes())
    state.update(" ".join(version(package) for package in ("numpy", "torch", "dscribe", "matplotlib")).encode())
    return state.hexdigest()[:16]


def stills_sources():
    """The modules of the site that say what an explorer is about, and how it is kept."""
    here = ROOT / "notebooks" / "site" / "course_site"
    return [here / "stills.py", here / "subjects.py"]


def explorer(name):
    """All states of an explorer, as `stills.make` gives them: found, or made and kept."""
    path = KEPT / f"{name}-{fingerprint(name)}.json"
    if path.is_file():
        return json.loads(path.read_text(encoding="utf-8"))
    import torch  # found explorers do not need it

    from course_site.subjects import subject

    torch.set_num_threads(1)
    with contextlib.redirect_stdout(io.StringIO()):  # what the lessons say about files that they find or make
        made = stills.make(name, subject(name))
    KEPT.mkdir(parents=True, exist_ok=True)
    for old in KEPT.glob(f"{name}-*.json"):
        old.unlink(missing_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.unfinished")
    unfinished.write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
    unfinished.replace(path)
    return made


def explorers(folder=None):
    """All explorers by name: found at once, or made by as many processes as there are cores.

    With a folder, they are what its files ``NAME.json`` hold, and nothing is made.
    """
    if folder:
        return {name: json.loads((Path(folder) / f"{name}.json").read_text(encoding="utf-8")) for name in stills.GRIDS}
    if all((KEPT / f"{name}-{fingerprint(name)}.json").is_file() for name in stills.GRIDS):
        return {name: explorer(name) for name in stills.GRIDS}
    names = sorted(stills.GRIDS, key=LONGEST_FIRST.index)
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(max(2, os.cpu_count() or 2), context) as pool:
        return dict(zip(names, pool.map(explorer, names), strict=True))
