"""What is wrong with labelled structures: each check gives a finding, in a sentence, or nothing."""

from dataclasses import dataclass

import numpy as np
from ase.data import covalent_radii
from ase.neighborlist import neighbor_list
from scipy.spatial.distance import cdist

FAR = 5.0
"""An atom with no other nearer than this stands alone, Å."""

CLOSE = 0.45
"""Atoms nearer than this times the sum of their covalent radii (H-H 0.28 Å, C-C 0.68 Å, Cu-Cu 1.2 Å) are an error."""

NOISE = 1e-3
"""Noise of the forces from which on it is worth a warning, eV/Å."""


@dataclass(frozen=True)
class Finding:
    """What a check found: an error unless `warning`; `frames` are those that `skip` would leave out (none: all)."""

    name: str
    sentence: str
    frames: tuple = ()
    warning: bool = False


def frames_in_words(frames):
    """Numbers of frames in a few words."""
    shown = ", ".join(map(str, frames[:3]))
    return f"Frame {shown}" if len(frames) == 1 else f"Frames {shown}" + " and others" * (len(frames) > 3)


def labels_of(structure):
    """Energy (eV) and forces (n_atoms, 3) (eV/Å) that a structure carries, constraints or not; None if it does not."""
    results = getattr(structure.calc, "results", {})
    energy, forces = results.get("energy"), results.get("forces")
    try:
        energy, forces = np.asarray(energy, dtype=float), np.asarray(forces, dtype=float)
    except (TypeError, ValueError):
        return None
    if energy.shape or forces.shape != (len(structure), 3):
        return None
    return (float(energy), forces) if np.isfinite(energy) and np.all(np.isfinite(forces)) else None


def nearest(structure):
    """For each atom, distance to the nearest other (Å) and the smallest distance in sums of covalent radii."""
    radii = covalent_radii[structure.numbers]
    distance, ratio = np.full(len(structure), np.inf), np.full(len(structure), np.inf)
    if structure.pbc.any() or len(structure) > 1000:
        first, second, between = neighbor_list("ijd", structure, FAR)
        np.minimum.at(distance, first, between)
        np.minimum.at(ratio, first, between / (radii[first] + radii[second]))
    elif len(structure) > 1:
        between = cdist(structure.positions, structure.positions) + np.diag(distance)
        distance, ratio = between.min(axis=1), (between / (radii[:, None] + radii)).min(axis=1)
    return distance, ratio


def unknown_elements(structures):
    """Atoms without an element."""
    frames = tuple(n for n, structure in enumerate(structures) if not len(structure) or np.any(structure.numbers == 0))
    if frames:
        yield Finding("elements", f"{frames_in_words(frames)}: no atoms, or atoms of no known element (X)", frames)


def unlabelled(structures):
    """Frames without energy or forces."""
    frames = tuple(n for n, structure in enumerate(structures) if labels_of(structure) is None)
    if frames:
        yield Finding("unlabelled", f"{frames_in_words(frames)}: energy or forces are missing or not finite", frames)


def periodicity(structures):
    """Clusters among what repeats."""
    repeats = np.array([bool(structure.pbc.any()) for structure in structures])
    frames = tuple(map(int, np.flatnonzero(repeats != (repeats.mean() >= 0.5))))
    if frames:
        sentence = (
            f"Some frames are periodic and others are not ({frames_in_words(frames)}), and one descriptor is for one "
            "kind: periodic=True puts clusters into boxes, periodic=False takes boxes away where they change nothing"
        )
        yield Finding("periodicity", sentence, frames)


def distances(structures):
    """Atoms in one place, atoms alone, and lengths in another unit."""
    found = [nearest(structure) for structure in structures]
    close = tuple(n for n, (_, ratio) in enumerate(found) if ratio.min(initial=np.inf) < CLOSE)
    if close:
        distance = found[close[0]][0].min()
        unit = ', or the unit is not Å (length_unit="nm")' if len(close) == len(structures) else ""
        yield Finding("close atoms", f"{frames_in_words(close)}: two atoms are {distance:.2f} Å apart{unit}", close)
    alone = tuple(n for n, (distance, _) in enumerate(found) if len(distance) == 1 and np.isinf(distance[0]))
    if alone:
        sentence = (
            f"{frames_in_words(alone)}: an atom alone, whose energy MACE and GAP take for the zero of its element; "
            "a fit to forces here learns nothing from it"
        )
        yield Finding("isolated atoms", sentence, alone)
    far = tuple(n for n, (distance, _) in enumerate(found) if len(distance) > 1 and distance.max() > FAR)
    if far:
        sentence = f"{frames_in_words(far)}: an atom has no other within {FAR:g} Å, so no descriptor sees where it is"
        yield Finding("far atoms", sentence, far, warning=True)
    ratios = np.concatenate([ratio for _, ratio in found])
    if 1.6 < np.median(ratios) < np.inf:
        sentence = (
            f"Neighbours are {np.median(ratios):.1f} times as far apart as in a bond, as they seem to be if lengths in "
            'Bohr are read as Å: look, and give length_unit="Bohr" if it is so'
        )
        yield Finding("lengths", sentence, warning=True)


def duplicates(structures):
    """Frames that are there twice, with equal or with other labels."""
    seen, copies, contradictions = {}, [], []
    for number, structure in enumerate(structures):
        parts = (structure.numbers, *(part.round(5) + 0.0 for part in (structure.positions, structure.cell.array)))
        first = seen.setdefault(b"|".join(np.ascontiguousarray(part).tobytes() for part in parts), number)
        if first != number:
            copies.append(number)
            if abs(labels_of(structures[first])[0] - labels_of(structure)[0]) > 1e-3:
                contradictions.append((first, number))
    if contradictions:
        first, number = contradictions[0]
        sentence = f"Frames {first} and {number} have the same atoms and energies that differ by more than 1 meV"
        yield Finding("contradictions", sentence, tuple(number for _, number in contradictions))
    if copies:
        sentence = f"{frames_in_words(copies)}: copies of earlier frames, which would be trained on and tested on"
        yield Finding("duplicates", sentence, tuple(copies), warning=True)


def spread_of_labels(structures):
    """Energies that are all the same, and forces far above all others."""
    energies, forces = zip(*map(labels_of, structures), strict=True)
    if len(energies) > 2 and np.ptp(energies) < 1e-9 and max(np.abs(force).max() for force in forces) > 0.01:
        yield Finding("same energies", f"All energies are {energies[0]:.6g} eV, and the forces are not zero")
    largest = np.array([np.abs(force).max() for force in forces])
    frames = tuple(map(int, np.flatnonzero(largest > max(10, 10 * np.median(largest)))))
    if frames:
        sentence = f"{frames_in_words(frames)}: forces of up to {largest.max():.0f} eV/Å, 10 times those of most frames"
        yield Finding("large forces", sentence, frames, warning=True)


def noise_of_forces(structures):
    """Standard deviation, eV/Å, that independent errors of the forces must have to give their sum, and their torque.

    Both sums are zero for exact forces (the torque in clusters alone: NaN elsewhere); root mean squares over frames.
    """
    sums, torques = [], []
    for structure in structures:
        forces, arms = labels_of(structure)[1], structure.positions - structure.positions.mean(axis=0)
        sums.append((forces.sum(axis=0) ** 2).sum() / (3 * len(forces)))
        if len(structure) > 1 and not structure.pbc.any():
            torques.append((np.cross(arms, forces).sum(axis=0) ** 2).sum() / (2 * (arms**2).sum()))
    return float(np.sqrt(np.mean(sums))), float(np.sqrt(np.mean(torques))) if torques else float("nan")


def net_force_and_torque(structures):
    """Forces that do not add up to zero, or turn the whole cluster."""
    size = np.sqrt(np.mean(np.concatenate([labels_of(structure)[1].ravel() for structure in structures]) ** 2))
    causes = {
        "net force": "atoms held fixed whose forces were set to zero, atoms in another order, or an outer field",
        "torque": "positions and forces in two orientations, as some quantum chemistry programs print them",
    }
    for (name, cause), noise in zip(causes.items(), noise_of_forces(structures), strict=True):
        if noise > 0.2 * size:
            sentence = f"The forces' {name} is as large as that of independent errors of {noise:.2g} eV/Å: {cause}"
            yield Finding(name, sentence)
        elif noise > NOISE:
            sentence = f"The forces' {name}, which should be zero, says that they have errors of about {noise:.2g} eV/Å"
            yield Finding(name, sentence, warning=True)


FIRST = (unknown_elements, unlabelled)
"""Checks without which no other can be made."""

OTHERS = (periodicity, distances, duplicates, spread_of_labels, net_force_and_torque)
