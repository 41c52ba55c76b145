"""Units and sign of labels, told by comparing energies with forces and with the energies of free atoms."""

from collections import defaultdict

import numpy as np
from ase import units
from ase.geometry import find_mic
from scipy.spatial import cKDTree

from forcefield.label_checks import Finding, labels_of

ENERGY_UNITS = {
    "eV": 1.0,
    "meV": 1e-3,
    "Hartree": units.Hartree,
    "Ry": units.Rydberg,
    "kcal/mol": units.kcal / units.mol,
    "kJ/mol": units.kJ / units.mol,
}
"""Units of energy that files have, in eV."""

LENGTH_UNITS = {"Å": 1.0, "Bohr": units.Bohr, "nm": 10.0}
"""Units of length that files have, in Å."""

FORCE_UNITS = {
    f"{energy}/{length}": value / size
    for energy, value in ENERGY_UNITS.items()
    for length, size in LENGTH_UNITS.items()
}
"""Units of force that files have, in eV/Å."""

USUAL = {
    "eV": ("eV/Å", "eV/Bohr", "Hartree/Bohr", "Ry/Bohr", "meV/Å", "kcal/mol/Å"),
    "Hartree": ("Hartree/Bohr", "Hartree/Å", "eV/Å"),
    "Ry": ("Ry/Bohr", "eV/Å"),
    "kcal/mol": ("kcal/mol/Å", "eV/Å", "Hartree/Bohr"),
    "kJ/mol": ("kJ/mol/nm", "kJ/mol/Å", "eV/Å"),
    "meV": ("meV/Å", "eV/Å"),
}
"""Units of force that stand beside a unit of energy, the usual one first."""


def energies_and_work(structures, most=400):
    """For pairs of near frames: change of the energy, and minus the work of their mean force, both in eV.

    A pair is a frame and the one nearest to it of the same atoms; the nearer half of all pairs is taken. The third
    array is how far an atom moves in each pair, Å (root mean square).
    """
    groups, pairs = defaultdict(list), []
    for structure in structures:
        groups[tuple(structure.numbers), tuple(structure.pbc), structure.cell.array.tobytes()].append(structure)
    for members in groups.values():
        members = members[:most]
        positions = np.array([member.positions.ravel() for member in members])
        if len(members) < 2:
            continue
        _, neighbours = cKDTree(positions).query(positions, k=2)
        for first, (_, second) in enumerate(neighbours):
            if second == len(members) or first == second:
                continue
            step = (positions[second] - positions[first]).reshape(-1, 3)
            if members[first].pbc.any():
                step = find_mic(step, members[first].cell, members[first].pbc)[0]
            (energy, forces), (later_energy, later_forces) = labels_of(members[first]), labels_of(members[second])
            work = -0.5 * ((forces + later_forces) * step).sum()
            pairs.append((later_energy - energy, work, np.sqrt((step**2).sum(axis=1).mean())))
    changes, work, moved = np.array(pairs).reshape(-1, 3).T
    near = moved <= np.median(moved) if len(moved) else slice(0)
    return changes[near], work[near], moved[near]


def slope_and_correlation(changes, work):
    """Slope of energies against work (1 for forces that are minus the gradient), and their correlation about zero."""
    size = np.sqrt((changes**2).sum() * (work**2).sum())
    return ((changes * work).sum() / (work**2).sum(), (changes * work).sum() / size) if size > 0 else (np.nan, 0.0)


def of_free_atoms(structure):
    """Energy of the free atoms with all electrons, Hartree, to about 2 %.

    Thomas and Fermi's series, -0.7687 Z^(7/3) + Z^2 / 2 - 0.2699 Z^(5/3) (B.-G. Englert, J. Schwinger, Phys. Rev. A 29,
    2331 (1984)).
    """
    z = structure.numbers.astype(float)
    return float((-0.7687 * z ** (7 / 3) + z**2 / 2 - 0.2699 * z ** (5 / 3)).sum())


def unit_of_energy(structures):
    """The unit in which the energies are those of all electrons; None if they are counted from elsewhere.

    Without an element beyond beryllium, free atoms have no more than what a bond has in another unit: None.
    """
    structures = [structure for structure in structures if structure.numbers.max() > 4]
    if not structures:
        return None
    ratio = np.median([labels_of(structure)[0] / of_free_atoms(structure) for structure in structures])
    for name, value in ENERGY_UNITS.items():
        # Rydberg and Hartree differ by 2, kcal/mol and kJ/mol by 4: 5 % cannot confuse them.
        if abs(ratio * value / units.Hartree - 1) < 0.05:
            return name
    return None


def units_and_sign(structures):
    """Gradients in the place of forces, and units other than eV and eV/Å."""
    changes, work, moved = energies_and_work(structures)
    slope, correlation = slope_and_correlation(changes, work)
    known = unit_of_energy(structures)
    if len(changes) < 4 or abs(correlation) < 0.9:
        if known not in (None, "eV"):
            sentence = (
                f"Energies are as large as those of all electrons in {known}: energy_unit={known!r}, and probably "
                f"force_unit={USUAL[known][0]!r}"
            )
            yield Finding("units", sentence)
        elif len(changes) >= 4 and np.median(moved) < 0.1:
            sentence = (
                "Between near frames, the energy does not change as the forces say: they are of another order of the "
                "atoms, another method, or very noisy"
            )
            yield Finding("disagreement", sentence, warning=True)
        else:
            sentence = (
                "Frames are too far apart to compare energies with forces: that units and sign are right is not checked"
            )
            yield Finding("not compared", sentence, warning=True)
        return
    if slope < 0:
        sentence = "Along the forces the energy rises: these are gradients, +dE/dr, read rightly with gradients=True"
        yield Finding("sign", sentence)
    slope = abs(slope)
    if known in (None, "eV") and 0.75 < slope < 1.3:
        return
    # Energies read too small by their unit, and forces by theirs: the slope is the ratio of the two units.
    fits = [
        (abs(np.log(slope * ENERGY_UNITS[energy] / FORCE_UNITS[force])), energy, force)
        for energy in ([known] if known else USUAL)
        for force in USUAL[energy]
    ]
    misfit, energy, force = min(fits, key=lambda fit: round(fit[0], 2))
    if known is None and 1.6 < slope < 2.2:  # all units of energy with forces by Bohr look alike
        energy, force = "Hartree", "Hartree/Bohr"
    words = [f"the energy changes by {slope:.2g} times what the forces say"] * (not 0.75 < slope < 1.3)
    words += [f"energies are as large as those of all electrons in {known}"] * (known not in (None, "eV"))
    words = " and ".join(words)
    words = words[0].upper() + words[1:]
    if misfit > 0.15:
        yield Finding("units", f"{words}, where 1 would be right: energies and forces do not belong together")
    else:
        yield Finding("units", f"{words}: it looks like energy_unit={energy!r}, force_unit={force!r}")
