"""Arrays and metadata in one file of numbers and text: written completely or not at all, checked when read."""

import json
import os
import zipfile
from pathlib import Path

import numpy as np

from forcefield import checks

DATA_FOLDER = Path(__file__).resolve().parent.parent / "data"
"""Where lessons save for each other."""


def save_arrays(path, metadata, **arrays):
    """Write arrays and metadata (what JSON can hold) to one npz file; an older one stays until it is complete."""
    path = checks.path(path)
    if path.is_dir():
        raise ValueError(f"{path.name} is a folder: give the name of a file in it.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise ValueError(f"{path.parent.name} is a file and not a folder: {path.name} cannot be saved in it.") from None
    # Under another name first: whatever interrupts the writing, the old file stays whole.
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.unfinished")
    try:
        with open(unfinished, "wb") as file:
            np.savez(file, metadata=np.array(json.dumps(metadata, sort_keys=True)), **arrays)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def load_arrays(path, names=None, optional=()):
    """Read arrays and metadata from a file that `save_arrays` wrote.

    Parameters
    ----------
    path : str or pathlib.Path
    names : sequence of str, optional
        Arrays that must be there; every array in the file if None.
    optional : sequence of str
        Arrays that are read too if they are there.

    Returns
    -------
    arrays : dict of ndarray
    metadata : dict

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is of another kind or damaged, or lacks an array.
    """
    path = checks.path(path)
    if path.is_dir():
        raise ValueError(f"{path.name} is a folder: give the name of a file in it.")
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path.name} in {path.parent.name}/: run the lesson that saves it.")
    try:
        # Opened here, so that it is closed even where numpy gives up half-way.
        with open(path, "rb") as opened, zipfile.ZipFile(opened) as entries:
            # The course saves without compression: what claims to be larger than its file would fill the memory.
            if sum(entry.file_size for entry in entries.infolist()) > path.stat().st_size:
                raise ValueError
        with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
            stored = {name: file[name] for name in file.files}
        metadata = json.loads(str(stored.pop("metadata")))
        if not isinstance(metadata, dict):
            raise TypeError
    # A damaged zip file makes numpy and zipfile raise almost anything, memory errors among them.
    except (Exception, MemoryError):
        kind = "is damaged" if zipfile.is_zipfile(path) else "is damaged or is not a file that the course saved"
        raise ValueError(f"{path.name} {kind}, so it cannot be read: {KEEP}") from None
    names = stored if names is None else [*names, *(name for name in optional if name in stored)]
    missing = [name for name in names if name not in stored]
    if missing:
        raise ValueError(f"{path.name} lacks {', '.join(missing)}: {KEEP}")
    return {name: stored[name] for name in names}, metadata


KEEP = "move it elsewhere and run the lesson that saves it again; structures in other formats are read by ase.io.read."
"""What to do about a file that cannot be used; never to delete it, for it may be the only copy."""
