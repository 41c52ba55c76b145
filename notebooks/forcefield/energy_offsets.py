"""Energies of single atoms, which are taken off the labels before a model of several elements is fitted."""

import numpy as np
from ase.data import atomic_numbers, chemical_symbols

from forcefield import checks
from forcefield.several_sets import LabelledStructures, center_numbers, listed


def compositions(sets):
    """Elements (atomic numbers), how many centres of each every system has, (n_systems, n_elements), and energies."""
    found = []
    for data in listed(sets):
        if isinstance(data, LabelledStructures):
            groups = zip(data.structures, data.labels, strict=True)
            found += [(part[0].numbers, labels[1]) for part, labels in groups]
        else:
            numbers = center_numbers(data)
            found.append((np.zeros(data.descriptors.shape[1], int) if numbers is None else numbers, data.energies))
    elements = np.unique(np.concatenate([numbers for numbers, _ in found]))
    counts = [np.tile((numbers[:, None] == elements).sum(axis=0), (len(values), 1)) for numbers, values in found]
    return elements, np.concatenate(counts).astype(float), np.concatenate([values for _, values in found])


def energy_offsets(sets, isolated=None):
    """Energy of a single atom of each element: what is taken off the labels before a model is fitted.

    By least squares over the compositions: the sum of the offsets of its atoms is to be near the energy of every
    structure, counted per atom. Where the compositions leave some of them open, the smallest are taken.

    Parameters
    ----------
    sets : Dataset, LabelledStructures, or list of them
    isolated : dict of float, optional
        Known energies of isolated atoms by symbol, such as {"H": -13.6, "O": -2041.3}, eV: taken as they are.

    Returns
    -------
    offsets : dict of float, eV
        By atomic number; under 0 for all centres alike, if the sets do not know their elements.
    sentence : str
        Where they come from, and what they do not say.

    Raises
    ------
    ValueError
        If energies are given and an element lacks its own.
    """
    elements, counts, energies = compositions(sets)
    if isolated is not None:
        return _given(isolated, elements), "The offsets are the given energies of isolated atoms."
    atoms = counts.sum(axis=1)
    offsets, _, rank, _ = np.linalg.lstsq(counts / atoms[:, None], energies / atoms, rcond=1e-9)
    kinds = len(np.unique(counts / atoms[:, None], axis=0))
    sentence = f"The offsets of {len(elements)} element{'s' * (len(elements) > 1)} come from least squares over "
    sentence += f"{kinds} composition{'s' * (kinds > 1)}"
    if rank < len(elements):
        sentence += (
            f", which determine only {rank} of them: here only the sum over a structure is defined, and energies of "
            "other compositions are not. Structures of other compositions, or energies of isolated atoms, would help"
        )
    return dict(zip(elements.tolist(), offsets.tolist(), strict=True)), sentence + "."


def _given(isolated, elements):
    """Given energies of isolated atoms by atomic number."""
    if not isinstance(isolated, dict) or not set(isolated) <= set(chemical_symbols[1:]):
        raise ValueError(
            'Energies of isolated atoms must be a dict of symbols and eV, such as {"Cu": -0.1, "Au": 0.2}.'
        )
    known = {atomic_numbers[name]: checks.finite(f"The energy of {name}", isolated[name], "eV") for name in isolated}
    missing = [chemical_symbols[number] for number in elements if number not in known]
    if missing:
        raise ValueError(f"The energies of isolated atoms lack {', '.join(missing)}.")
    return {int(number): known[number] for number in elements}
