"""Structures from a reader's own file: every file that cannot be used gets one sentence."""

import difflib
import gzip
import sqlite3
import warnings
from contextlib import closing

import ase.db
import ase.io
import numpy as np
from ase.io.extxyz import read_xyz
from ase.io.formats import UnknownFileTypeError

from forcefield import checks

LARGEST_FILE = 300
"""Most text that is read at once, MB (10^6 characters)."""

TEXT = (".xyz", ".extxyz", ".xyz.gz", ".extxyz.gz")
"""Ends of names that say extended XYZ."""


def read_structures(path, index=":"):
    """Structures of a file as ASE reads them, in the file's order; nothing is converted or checked but the file.

    Parameters
    ----------
    path : str or pathlib.Path
        .extxyz, .xyz (both also with .gz), .db, .traj, or any other format that ASE reads.
    index : str
        Which frames, in Python's way of slicing: ":", ":100", "::10".

    Returns
    -------
    list of ase.Atoms

    Raises
    ------
    FileNotFoundError
        If there is no such file; the sentence names files that look like it.
    ValueError
        If the file is empty, damaged, cut, too large, or of a kind that ASE does not know.
    """
    path, index = existing_file(path), frames_slice(index)
    if path.name.lower().endswith(TEXT):
        _scan_text(path, index)
        read = _frames_of_text(path, index)
    elif path.suffix.lower() == ".db":
        read = _rows(path)
    elif path.suffix.lower() == ".npz":
        raise ValueError(
            f"{path.name} holds arrays: Dataset.load or ForceField.load read it if it is the course's own. From arrays "
            "of others make structures first, as at the end of lesson 11, and write them to .extxyz, .db or .traj."
        )
    else:
        read = ase.io.iread(path, index=index)
    structures = _all_of(path, read)
    structures = structures[index] if path.suffix.lower() == ".db" else structures
    if not structures:
        raise ValueError(f"{path.name} holds no structure at the index {_shown(index)}: look into the file.")
    return structures


def existing_file(path):
    """A path at which a file with something in it stands, as pathlib.Path."""
    path = checks.path(path)
    if path.is_dir():
        raise ValueError(f"{path.name} is a folder: give the name of a file in it.")
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path.name} {_names_like(path)}.")
    if path.stat().st_size == 0:
        raise ValueError(f"{path.name} is empty: nothing was written to it, or not yet.")
    return path


def _names_like(path):
    folder = path.parent.resolve()
    if not folder.is_dir():
        return f"because there is no folder {path.parent.name}: lessons look for a path from the folder notebooks"
    names = {file.name.lower(): file.name for file in sorted(folder.iterdir()) if file.is_file()}
    alike = [names[name] for name in difflib.get_close_matches(path.name.lower(), names, n=3, cutoff=0.5)]
    return f"in {folder.name}/; " + (f"like it are {', '.join(alike)}" if alike else "no name there looks like it")


def frames_slice(index):
    """A slice from its text."""
    index = checks.words("index", index)
    try:
        parts = [int(part) if part.strip() else None for part in index.split(":")]
        if not 2 <= len(parts) <= 3 or parts[-1:] == [0]:
            raise ValueError
        return slice(*parts)
    except ValueError:
        raise ValueError(f'index must be a text such as ":", ":100" or "::10"; it is {index!r:.60}.') from None


def _shown(index):
    parts = [index.start, index.stop] + [index.step] * (index.step is not None)
    return ":".join("" if part is None else str(part) for part in parts)


def _all_of(path, read):
    """All structures that an iterator gives; where it breaks, how many were whole before."""
    structures = []
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            for structure in read:
                if not np.all(np.isfinite(structure.positions)) or not np.all(np.isfinite(structure.cell.array)):
                    raise ArithmeticError("a position is not a finite number")
                structures.append(structure)
    except UnknownFileTypeError:
        raise ValueError(
            f"{path.name} is of no kind that ASE knows: structures with labels stand in .extxyz, .db or .traj files, "
            "or in the output of a program that ASE reads."
        ) from None
    # A damaged file makes readers raise almost anything, memory errors among them.
    except (Exception, MemoryError) as problem:
        words = " ".join(str(problem).split())[:90].rstrip(".") or type(problem).__name__
        whole = f'; index=":{len(structures)}" reads the {len(structures)} before it' if structures else ""
        raise ValueError(
            f"Frame {len(structures)} of {path.name} cannot be read ({words}): "
            f"the file is damaged there, or is not what its name says{whole}."
        ) from None
    return structures


def _opened_text(path):
    return (gzip.open if path.name.lower().endswith(".gz") else open)(path, "rt", encoding="utf-8")


def _frames_of_text(path, index):
    with _opened_text(path) as file:
        yield from read_xyz(file, index)


def _scan_text(path, index):
    """Refuse a text file whose frames are not whole: ASE stops without a word at the first blank line."""
    try:
        with _opened_text(path) as file:
            _scan_frames(file, path.name, index)
    except (EOFError, OSError, UnicodeDecodeError, gzip.zlib.error):
        raise ValueError(
            f"{path.name} is damaged, or is not the text that its name says: take the original again."
        ) from None


def _scan_frames(file, name, index):
    frame, length, wanted_all = 0, 0, index == slice(None)
    last = index.stop if index.stop is not None and index.stop >= 0 else float("inf")

    def next_line():
        nonlocal length
        line = file.readline(1_000_000)
        length += len(line)
        if (length > 1e6 * LARGEST_FILE and wanted_all) or len(line) == 1_000_000:
            raise ValueError(
                f"{name} has more than {LARGEST_FILE} MB of text, or one line without an end: "
                'take fewer frames, index="::10" reads every tenth.'
            )
        return line

    while frame < last and (line := next_line()):
        if line.lstrip().startswith("VEC"):
            continue
        if not line.strip():
            if file.read(100_000).strip():
                raise ValueError(
                    f"{name} has a blank line after frame {frame - 1}, where reading would stop: close it."
                )
            break
        if not line.strip().isdigit():
            raise ValueError(
                f"{name} is damaged or not a file of this kind: frame {frame} should begin with its number of atoms "
                f"and begins with {line.strip()[:30]!r}."
            )
        n_atoms, lines = int(line), [next_line()]
        while len(lines) <= n_atoms and lines[-1]:
            lines.append(next_line())
        unfinished = not lines[-1].endswith("\n") and n_atoms > 1 and _decimals(lines[-1]) < _decimals(lines[-2])
        if not lines[-1].strip() or unfinished:
            raise ValueError(
                f"{name} ends within frame {frame}: it was cut, or is still being written; "
                f'index=":{frame}" reads the whole frames before.'
            )
        frame += 1


def _decimals(line):
    return len(line.split()[-1].partition(".")[2]) if line.split() else 0


def _rows(path):
    """Structures of an ASE database with their key-value pairs and data; opened only if it is one."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as file:
            whole = file.execute("PRAGMA quick_check").fetchone()[0] == "ok"
            tables = {name for (name,) in file.execute("SELECT name FROM sqlite_master")}
    except sqlite3.Error:
        raise ValueError(f"{path.name} is damaged, or is not a database: take the original again.") from None
    if not whole or "systems" not in tables:
        raise ValueError(f"{path.name} is a damaged database, or one that ASE did not write: take the original again.")
    with ase.db.connect(path) as database:
        for row in database.select():
            structure = row.toatoms()
            for name, value in {**row.key_value_pairs, **row.data}.items():
                per_atom = np.ndim(value) and len(value) == len(structure)
                (structure.arrays if per_atom else structure.info)[name] = np.asarray(value) if per_atom else value
            yield structure
