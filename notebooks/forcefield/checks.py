"""Checks of arguments: each returns the value, or says in one sentence what is wrong and what would be right."""

import math
import numbers
import os
from pathlib import Path

import ase
import numpy as np
from ase.data import chemical_symbols
from scipy.spatial import cKDTree


def finite(name, value, unit=""):
    """A real number that is neither infinite nor NaN, as float."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real) or not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number{_of(unit)}; it is {_shown(value)}.")
    return float(value)


def positive(name, value, unit=""):
    """A finite number above zero, as float."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real) or not 0 < value < math.inf:
        raise ValueError(f"{name} must be a finite number above 0{_after(unit)}; it is {_shown(value)}.")
    return float(value)


def between(name, value, minimum, maximum, unit=""):
    """A number from `minimum` to `maximum`, as float."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real) or not minimum <= value <= maximum:
        raise ValueError(
            f"{name} must be a number from {minimum:g} to {maximum:g}{_after(unit)}; it is {_shown(value)}."
        )
    return float(value)


def not_negative(name, value, unit=""):
    """A finite number of at least zero, as float."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real) or not 0 <= value < math.inf:
        raise ValueError(f"{name} must be a finite number of at least 0{_after(unit)}; it is {_shown(value)}.")
    return float(value)


def whole_number(name, value, minimum=0, maximum=None):
    """A whole number from `minimum` to `maximum`, as int; 3.0 counts as whole."""
    whole = not isinstance(value, bool | np.bool_) and isinstance(value, numbers.Real) and math.isfinite(value)
    if not whole or value != int(value) or value < minimum or (maximum is not None and value > maximum):
        allowed = f"of at least {minimum}" if maximum is None else f"from {minimum} to {maximum}"
        raise ValueError(f"{name} must be a whole number {allowed}; it is {_shown(value)}.")
    return int(value)


def array(name, values, shape, unit=""):
    """Finite numbers as an array of float64 with this shape; None allows any shape, None in `shape` any length."""
    try:
        checked = np.asarray(values)
        if checked.dtype.kind not in "fiu" and checked.size:
            raise TypeError
        checked = checked.astype(np.float64, copy=False)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be an array of numbers{_of(unit)}; it is {_shown(values)}.") from None
    if shape is not None and not _fits(checked.shape, shape):
        wanted = ", ".join("any" if n is None else str(n) for n in shape)
        raise ValueError(f"{name} must have shape ({wanted}{',' * (len(shape) == 1)}); it has shape {checked.shape}.")
    if not np.all(np.isfinite(checked)):
        raise ValueError(f"{name} holds a value that is not a finite number.")
    return checked


def yes_or_no(name, value):
    """True or False."""
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} must be True or False; it is {_shown(value)}.")
    return bool(value)


def calculator(value):
    """Something that gives energies and forces, as ASE's calculators do."""
    if isinstance(value, type | ase.Atoms) or not hasattr(value, "get_potential_energy"):
        raise ValueError(f"A calculator must be one of ASE's kind, such as EMT(); this is {_shown(value)}.")
    return value


def seed(value, name="seed"):
    """A whole number that draws can start from."""
    return whole_number(name, value, 0, 2**32 - 1)


def function(name, value):
    """Something that can be called."""
    if not callable(value):
        raise ValueError(f"{name} must be a function; it is {_shown(value)}.")
    return value


def words(name, value):
    """A text that says something."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} must be a text of a few words; it is {_shown(value)}.")
    return value


def path(value):
    """The name of a file, as pathlib.Path."""
    if not isinstance(value, str | os.PathLike) or not Path(value).name or "\0" in str(value):
        raise ValueError(f"A path must be the name of a file, as text or pathlib.Path; it is {_shown(value)}.")
    return Path(value)


def one_of(name, value, options):
    """One of the names in `options`."""
    if not isinstance(value, str) or value not in options:
        raise ValueError(f"{name} must be one of {', '.join(options)}; it is {_shown(value)}.")
    return value


def symbols(species):
    """Chemical symbols as a list."""
    if isinstance(species, str) or not np.iterable(species):
        raise ValueError(
            f'species must be a list of chemical symbols such as ["Cu"] or ["C", "O"]; it is {_shown(species)}.'
        )
    known = [symbol for symbol in species if isinstance(symbol, str) and symbol in chemical_symbols[1:]]
    if not known or len(set(known)) < len(species):
        raise ValueError(f'species must be different chemical symbols such as ["C", "O"]; it is {_shown(species)}.')
    return known


def structure(value):
    """One `ase.Atoms`."""
    if not isinstance(value, ase.Atoms):
        raise ValueError(f"A structure must be one ase.Atoms; this is {_shown(value)}.")
    return value


def apart(structure, smallest=0.1):
    """A structure whose atoms are finite numbers and at least `smallest` Å apart; periodic images are not looked at."""
    if not np.all(np.isfinite(structure.positions)):
        raise ValueError("A position is not a finite number: the atoms have flown apart, or the input is damaged.")
    close = cKDTree(structure.positions).query_pairs(smallest)
    if close:
        raise ValueError(
            f"Atoms {' and '.join(map(str, min(close)))} are less than {smallest} Å apart: move one of them."
        )
    return structure


def data_set(name, value):
    """A Dataset with at least one system."""
    if not hasattr(value, "fingerprint"):
        raise ValueError(f"{name} must be a Dataset, as Dataset.from_structures gives it; it is {_shown(value)}.")
    if not len(value):
        raise ValueError(f"{name} is empty: it needs at least one system.")
    return value


def structures(values):
    """A list of at least one `ase.Atoms`."""
    if isinstance(values, ase.Atoms):
        raise ValueError("Give a list of structures: one structure alone must stand in brackets, [atoms].")
    if not isinstance(values, list | tuple) or not all(isinstance(value, ase.Atoms) for value in values):
        raise ValueError(f"Structures must be a list of ase.Atoms; this is {_shown(values)}.")
    if not values:
        raise ValueError("There are no structures: the list is empty; give at least one.")
    return list(values)


def _fits(found, shape):
    return len(found) == len(shape) and all(n in (None, m) for n, m in zip(shape, found, strict=True))


def _of(unit):
    return f" in {unit}" if unit else ""


def _after(unit):
    return f" {unit}" if unit else ""


def _shown(value):
    """A value in a few words, however large it is."""
    text = repr(value).replace("\n", " ")
    return text if len(text) <= 60 else f"{text[:40]}... ({type(value).__name__})"
