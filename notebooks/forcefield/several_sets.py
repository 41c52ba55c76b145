"""Structures of several sizes and compositions: one data set for each, and the way back."""

import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator

from forcefield import checks
from forcefield.dataset import Dataset, fingerprint
from forcefield.descriptors import describe_without_derivatives, descriptor_settings
from forcefield.systems import label

PART = 20
"""Most that the derivatives of one part may need where they are made or read a part at a time, MB (10^6 bytes)."""


def grouped(structures):
    """Rows of structures with the same atomic numbers in one order: {numbers: ndarray of int}, first come first."""
    groups = {}
    for row, structure in enumerate(checks.structures(structures)):
        groups.setdefault(tuple(structure.numbers.tolist()), []).append(row)
    return {numbers: np.array(rows) for numbers, rows in groups.items()}


def datasets_of(structures, soap, calculator=None, metadata=None, virials=False):
    """Label and describe structures of any sizes and compositions: one `Dataset` for each.

    Parameters
    ----------
    structures : list of ase.Atoms
    soap : dscribe.descriptors.SOAP
        With all their elements.
    calculator, metadata, virials
        As in `Dataset.from_structures`; there is a centre on every atom.

    Returns
    -------
    sets : list of Dataset
    rows : list of ndarray of int
        Where the systems of each set stand among the structures; `in_order` goes the way back.

    Raises
    ------
    ValueError
        As `Dataset.from_structures`; of large structures take `LabelledStructures`, which needs little memory.
    """
    rows = list(grouped(structures).values())
    return [
        Dataset.from_structures([structures[row] for row in part], soap, None, True, calculator, metadata, virials)
        for part in rows
    ], rows


def in_order(parts, rows):
    """What several sets gave, in the order of the structures.

    Parameters
    ----------
    parts : list of array_like
        For each set one value (or array) for every system.
    rows : list of ndarray of int
        As `datasets_of` gives them.

    Returns
    -------
    ndarray, or a list of ndarray if their shapes differ
    """
    if len(parts) != len(rows) or any(len(part) != len(places) for part, places in zip(parts, rows, strict=True)):
        raise ValueError("Each set needs one value for every one of its systems, and one list of rows.")
    found = {row: value for part, places in zip(parts, rows, strict=True) for value, row in zip(part, places)}  # noqa: B905
    if sorted(found) != list(range(len(found))):
        raise ValueError("The rows must name every structure from 0 on once.")
    ordered = [found[row] for row in range(len(found))]
    return np.array(ordered) if len({np.shape(value) for value in ordered}) <= 1 else ordered


class LabelledStructures:
    """Structures of any sizes and compositions with labels, described a part at a time whenever a fit asks.

    The derivatives of all structures together are never in memory.

    Parameters
    ----------
    structures : list of ase.Atoms
    soap : dscribe.descriptors.SOAP
    calculator : ase calculator, optional
        The potential; None takes the labels that the structures carry.
    metadata : dict, optional
        More to record.
    virials : bool
        Whether crystals have virials as labels too.

    Raises
    ------
    ValueError
        As `label`.
    """

    def __init__(self, structures, soap, calculator=None, metadata=None, virials=False):
        groups = grouped(structures)
        self.soap, self.virials = soap, checks.yes_or_no("virials", virials)
        self.metadata = {**(metadata or {}), "descriptor": descriptor_settings(soap, None, True)}
        self.rows = list(groups.values())
        self.structures = [[labelled(structures[row], calculator, virials) for row in rows] for rows in self.rows]
        self.labels = [label(part, None, virials) for part in self.structures]
        self.energies = in_order([labels[1] for labels in self.labels], self.rows)

    def __len__(self):
        return len(self.energies)

    def __repr__(self):
        formulas = sorted({part[0].get_chemical_formula() for part in self.structures})
        shown = ", ".join(formulas[:5]) + ", ..." * (len(formulas) > 5)
        return f"<LabelledStructures: {len(self)} of {len(formulas)} composition{'s' * (len(formulas) > 1)}: {shown}>"

    def fingerprint(self):
        """A short text that tells these labels from all others."""
        return "-".join(fingerprint(*labels) for labels in self.labels)

    def parts(self, megabytes=PART):
        """Datasets one after the other, the derivatives of each at most so many MB (or of one structure)."""
        n_features = self.soap.get_number_of_features()
        for structures in self.structures:
            for part in chunks(len(structures), len(structures[0]) ** 2 * n_features, megabytes):
                given = structures[part], self.soap, None, True, None, self.metadata, self.virials
                yield Dataset.from_structures(*given)

    def environments(self, megabytes=PART):
        """Descriptors (n, n_centers, n_features) and atomic numbers of the centres, a part at a time."""
        for structures in self.structures:
            for part in chunks(len(structures), len(structures[0]) * self.soap.get_number_of_features(), megabytes):
                yield describe_without_derivatives(self.soap, structures[part]), structures[0].numbers


def labelled(structure, calculator, virials=False):
    """A copy of a structure that carries the labels of a potential; the structure itself if there is none."""
    if calculator is None:
        return structure
    _, energies, forces, *strained = label([structure], calculator, virials)
    copy = structure.copy()
    stress = {"stress": strained[0][0] / copy.get_volume()} if virials else {}
    copy.calc = SinglePointCalculator(copy, energy=float(energies[0]), forces=forces[0], **stress)
    return copy


def chunks(n_systems, numbers_each, megabytes):
    """Slices of systems of at most so many MB, if one system has so many float64 three times."""
    size = max(1, int(megabytes / (24e-6 * numbers_each)))
    return [slice(start, min(start + size, n_systems)) for start in range(0, n_systems, size)]


def listed(sets, name="The training set"):
    """One set or several as a list, all of one descriptor; all know the elements of their centres, or none does."""
    sets = list(sets) if isinstance(sets, list | tuple) else [sets]
    if not sets:
        raise ValueError(f"{name} is an empty list: give at least one Dataset.")
    for data in sets:
        checks.data_set(name, data)
    first = sets[0].metadata.get("descriptor")
    features = {data.descriptors.shape[-1] for data in sets if isinstance(data, Dataset)}
    if any(data.metadata.get("descriptor") != first for data in sets) or len(features) > 1:
        raise ValueError(f"{name} has parts that were described in different ways: one SOAP must describe all.")
    if len({center_numbers(data) is None for data in sets if isinstance(data, Dataset)}) > 1:
        raise ValueError(f"{name} has parts that know their elements and parts that do not.")
    return sets


def center_numbers(data):
    """Atomic numbers of the centres of a Dataset, (n_centers,); None if unknown, or if centres are points."""
    centers = data.metadata.get("descriptor", {}).get("centers")
    if data.numbers is None or centers is None:
        return None
    if isinstance(centers, str):
        return data.numbers
    return None if np.ndim(centers) > 1 else data.numbers[centers]


def parts_of(sets, megabytes=PART):
    """Datasets of a listed training set, one after the other, each of at most so many MB of derivatives."""
    for data in sets:
        if isinstance(data, LabelledStructures):
            yield from data.parts(megabytes)
        else:
            yield from (data[part] for part in chunks(len(data), data.derivatives[0].size / 3, megabytes))


def environments_of(sets):
    """Descriptors (n, n_centers, n_features) and atomic numbers of centres (or None) of a listed training set."""
    for data in sets:
        if isinstance(data, LabelledStructures):
            yield from data.environments()
        else:
            yield data.descriptors, center_numbers(data)


def sizes_of(data):
    """Number of atoms of every system of one Dataset or LabelledStructures, a list of int."""
    if isinstance(data, LabelledStructures):
        return [len(part[0]) for part in data.structures for _ in part]
    return [data.positions.shape[1]] * len(data)


def labels_of(sets):
    """What provenance says of the labels: one fingerprint, or a list."""
    fingerprints = [data.fingerprint() for data in sets]
    return fingerprints if len(fingerprints) > 1 else fingerprints[0]
