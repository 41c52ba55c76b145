"""Labelled structures from a reader's own file: names, units and sign as asked for, errors in one sentence."""

import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.neighborlist import neighbor_list

from forcefield import checks
from forcefield.label_checks import FIRST, OTHERS, labels_of, noise_of_forces
from forcefield.label_units import ENERGY_UNITS, FORCE_UNITS, LENGTH_UNITS, units_and_sign
from forcefield.structure_files import existing_file, read_structures

BOX = 30.0
"""How much wider than a cluster the box is that it gets, Å."""

NOT_AN_ENERGY = ("kin", "per_atom", "peratom", "zero", "temperature")
"""What the names of energies do not hold that a force field could learn from."""


def read_labelled(
    path,
    energy="energy",
    forces="forces",
    energy_unit="eV",
    force_unit=None,
    length_unit="Å",
    gradients=False,
    periodic=None,
    skip=(),
    accept=(),
    index=":",
):
    """Structures with energy (eV) and forces (eV/Å) from any file that ASE reads, checked as a set.

    What would make a fit wrong is an error: missing labels, units and signs that the labels themselves contradict,
    atoms in one place, mixed periodicity. What a reader should know is a warning, which `look_at` lists.

    Parameters
    ----------
    path : str or pathlib.Path
    energy, forces : str
        Names of the labels in the file, such as "REF_energy" and "REF_forces".
    energy_unit : {"eV", "meV", "Hartree", "Ry", "kcal/mol", "kJ/mol"}
    force_unit : str, optional
        One of these by "Å", "Bohr" or "nm", such as "Hartree/Bohr"; energy_unit by Å if it is not given.
    length_unit : {"Å", "Bohr", "nm"}
        Of positions and cells.
    gradients : bool
        Whether the file holds +dE/dr in the place of forces.
    periodic : bool, optional
        True puts frames that repeat along no axis into boxes, False takes the boxes of clusters away; refused where
        that would change which atoms are within 8 Å of each other.
    skip : sequence of str
        Findings whose frames are left out, such as "unlabelled", "duplicates" or "isolated atoms".
    accept : sequence of str
        Findings that are no error here, such as "units".
    index : str
        Which frames, such as ":100" or "::10".

    Returns
    -------
    list of ase.Atoms
        Each with a SinglePointCalculator that holds its labels, and without constraints.

    Raises
    ------
    FileNotFoundError, ValueError
        In one sentence: what is wrong, and the argument that would make it right.
    """
    factors = _factors(energy_unit, force_unit, length_unit, gradients)
    energy, forces = checks.words("energy", energy), checks.words("forces", forces)
    skip, accept = _names("skip", skip), _names("accept", accept)
    raw, name = read_structures(path, index), existing_file(path).name
    structures = [_labelled(structure, energy, forces, *factors) for structure in raw]
    if not any(labels_of(structure) for structure in structures):
        raise ValueError(f"{name}: {_other_names(raw, energy, forces)}.")
    structures = _without_errors(name, structures, FIRST, skip, accept=())
    if periodic is not None:
        periodic = checks.yes_or_no("periodic", periodic)
        structures = [_made_periodic(name, structure, periodic) for structure in structures]
    return _without_errors(name, structures, (*OTHERS, units_and_sign), skip, accept)


def look_at(structures):
    """What labelled structures are, as a table of text, and what a reader should know about them.

    Parameters
    ----------
    structures : list of ase.Atoms
        As `read_labelled` gives them.

    Returns
    -------
    str
        Frames, atoms, elements, periodicity, energies, forces, noise; and one line for each warning.
    """
    structures = checks.structures(structures)
    if any(labels_of(structure) is None for structure in structures):
        raise ValueError("A structure lacks its energy or its forces: read the file with read_labelled.")
    energies, forces = zip(*map(labels_of, structures), strict=True)
    per_atom = np.array(energies) / [len(structure) for structure in structures]
    components, sizes = np.concatenate([force.ravel() for force in forces]), sorted(map(len, structures))
    axes = tuple(sorted({int(structure.pbc.sum()) for structure in structures}))
    formulas = sorted({structure.get_chemical_formula() for structure in structures})
    noise = ", ".join(
        f"{name} {value:.1e}" if value >= 1e-6 else f"{name} below 1e-6"
        for name, value in zip(("net force", "torque"), noise_of_forces(structures), strict=True)
        if np.isfinite(value)
    )
    rows = {
        "frames": len(structures),
        "atoms": sizes[0] if sizes[0] == sizes[-1] else f"from {sizes[0]} to {sizes[-1]}",
        "compositions": ", ".join(formulas[:6]) + f" and {len(formulas) - 6} more" * (len(formulas) > 6),
        "periodic": {(0,): "no", (3,): "yes"}.get(axes, f"along {' or '.join(map(str, axes))} axes"),
        "energy (eV/atom)": f"{per_atom.min():.3f} to {per_atom.max():.3f}, standard deviation {per_atom.std():.3f}",
        "force components (eV/Å)": f"up to {np.abs(components).max():.2f}, standard deviation {components.std():.3f}",
        "noise of forces (eV/Å)": noise,
    }
    lines = [f"{name:24} {value}" for name, value in rows.items()]
    found = (finding for check in (*OTHERS, units_and_sign) for finding in check(structures))
    lines += [f"{'warning':24} {finding.sentence} ({finding.name!r})" for finding in found]
    return "\n".join(lines)


def _without_errors(name, structures, all_checks, skip, accept):
    """Structures without those whose findings are skipped; the first other error is raised."""
    for check in all_checks:
        findings = list(check(structures))
        while skipped := next((found for found in findings if found.name in skip and found.frames), None):
            structures = [structure for n, structure in enumerate(structures) if n not in set(skipped.frames)]
            if not structures:
                raise ValueError(f"{name}: no frame is left without its {skipped.name!r}.")
            findings = list(check(structures))  # the others count frames anew
        for finding in findings:
            if not finding.warning and finding.name not in accept:
                ways = [f"skip=[{finding.name!r}] leaves them out"] * bool(finding.frames)
                ways += [f"accept=[{finding.name!r}] takes all as they are"] * (check not in FIRST)
                raise ValueError(f"{name}: {finding.sentence} ({', '.join(ways)}).")
    return structures


def _factors(energy_unit, force_unit, length_unit, gradients):
    """What energies, forces and lengths are multiplied by to be in eV, eV/Å and Å."""
    checks.one_of("energy_unit", energy_unit, tuple(ENERGY_UNITS))
    checks.one_of("length_unit", length_unit, tuple(LENGTH_UNITS))
    force_unit = (
        f"{energy_unit}/Å" if force_unit is None else checks.one_of("force_unit", force_unit, tuple(FORCE_UNITS))
    )
    sign = -1 if checks.yes_or_no("gradients", gradients) else 1
    return ENERGY_UNITS[energy_unit], sign * FORCE_UNITS[force_unit], LENGTH_UNITS[length_unit]


def _names(argument, values):
    if isinstance(values, str) or not np.iterable(values) or not all(isinstance(value, str) for value in values):
        raise ValueError(f'{argument} must be a list of names of findings such as ["duplicates"].')
    return tuple(values)


def _found(structure, name):
    """A value that a structure carries under a name, wherever it stands; None if nowhere."""
    for place in (getattr(structure.calc, "results", {}), structure.info, structure.arrays):
        if name in place:
            return place[name]
    return None


def _labelled(structure, energy, forces, energy_factor, force_factor, length_factor):
    """A copy in eV and Å with its labels in a SinglePointCalculator; without one where a label is missing."""
    cell, positions = structure.cell.array * length_factor, structure.positions * length_factor
    copy = Atoms(structure.numbers, positions, cell=cell, pbc=structure.pbc)
    copy.info = {name: value for name, value in structure.info.items() if name not in (energy, forces)}
    for name, values in structure.arrays.items():
        if name not in (forces, "numbers", "positions"):
            copy.set_array(name, values)
    try:
        values = np.array(_found(structure, energy), dtype=float), np.array(_found(structure, forces), dtype=float)
        labels = {
            "energy": float(values[0]) * energy_factor,
            "forces": values[1].reshape(len(copy), 3) * force_factor,
        }
    except (TypeError, ValueError):
        return copy
    stress = getattr(structure.calc, "results", {}).get("stress")
    if stress is not None and energy_factor == length_factor == 1:
        labels["stress"] = stress
    copy.calc = SinglePointCalculator(copy, **labels)
    return copy


def _other_names(structures, energy, forces):
    """What is said where no frame has both labels: names in the file that may be meant."""
    energies, vectors = {}, {}
    for structure in structures[:20]:
        for place in (getattr(structure.calc, "results", {}), structure.info, structure.arrays):
            for name, value in place.items():
                lower, shape = name.lower(), np.shape(value)
                is_energy = (
                    "energ" in lower or lower.startswith("e_") or lower in ("e", "etot", "e0", "toten", "u", "pe")
                )
                is_number = shape == () and not isinstance(value, str | bool)
                if is_number and is_energy and not any(word in lower for word in NOT_AN_ENERGY):
                    energies[name] = None
                kinds = ("force", "grad", "frc", "f", "dft_f", "de_dr", "dedr")
                if shape == (len(structure), 3) and any(
                    lower == kind or (len(kind) > 2 and kind in lower) for kind in kinds
                ):
                    vectors[name] = None
    lacking = [name for name, names in ((energy, energies), (forces, vectors)) if name not in names]
    words = f"no frame has both labels, {energy!r} and {forces!r}, nor others that look like energies and forces"
    if not lacking:
        return f"{energy!r} and {forces!r} are there, but no frame has finite values of both"
    if not energies or not vectors:
        missing = "energies" if not energies else "forces"
        other = next(iter(vectors or energies), None)
        return words if other is None else f"there are no {missing}, only {other!r}, and a fit here needs both"
    chosen_energy = energy if energy in energies else next(iter(energies))
    chosen = forces if forces in vectors else next(iter(vectors))
    gradients = ", gradients=True" * ("grad" in chosen.lower() or chosen.lower() in ("de_dr", "dedr"))
    return (
        f"no frame has labels called {energy!r} and {forces!r}, but there are others: "
        f"energy={chosen_energy!r}, forces={chosen!r}{gradients}"
    )


def _made_periodic(name, structure, periodic):
    """A cluster in a periodic box, or without one, if that changes nothing within 8 Å of an atom."""
    if structure.pbc.any() == periodic:
        return structure
    changed = structure.copy()
    changed.pbc = periodic
    if periodic and structure.cell.rank < 3:
        changed.set_cell(np.ptp(structure.positions, axis=0) + BOX)
    elif len(neighbor_list("i", structure, 8.0)) != len(neighbor_list("i", changed, 8.0)):
        raise ValueError(
            f"{name}: periodic={periodic} would change which atoms are within 8 Å of each other: "
            "the frames need more empty space around them."
        )
    changed.calc = SinglePointCalculator(changed, **structure.calc.results)
    return changed
