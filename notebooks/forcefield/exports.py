"""Labelled structures in the form that other programs train on: MACE, GAP (QUIP) and n2p2.

For many thousand atoms, their models run in LAMMPS: pair styles mace, quip and hdnnp. A model of this course does not.
"""

from pathlib import Path

from ase import units

from forcefield import checks
from forcefield.label_checks import labels_of
from forcefield.written_files import replaced_when_complete, write_structures

SETTINGS = {
    "MACE": "mace_run_train --train_file={name} --energy_key=REF_energy --forces_key=REF_forces --E0s={zeros}",
    "GAP": (
        "gap_fit at_file={name} energy_parameter_name=REF_energy force_parameter_name=REF_forces "
        "config_type_parameter_name=config_type e0_method={zeros}"
    ),
    "n2p2": (
        "nnp-train reads it as input.data; energies are in {energy}, lengths in {length} "
        "(so cutoffs in input.nn; in LAMMPS, pair_style hdnnp with cflength {per_length:.7f} cfenergy {per_energy:.7f})"
    ),
}
"""What each program must be told about the file."""

N2P2_UNITS = {"Hartree": (units.Hartree, "Bohr", units.Bohr), "eV": (1.0, "Å", 1.0)}
"""n2p2 takes any units that belong together: eV of the energy, name and Å of the length."""

BOX = 40.0
"""Box that GAP's file gives to a cluster, Å more than the cluster itself: extended XYZ there needs a lattice."""


def export(path, structures, program, n2p2_energy="Hartree", replace=False):
    """Write labelled structures for another program, and say what it must be told.

    Parameters
    ----------
    path : str or pathlib.Path
        For MACE and GAP a name that ends in .xyz or .extxyz; for n2p2 any, it expects "input.data".
    structures : list of ase.Atoms
        With labels, as `read_labelled` gives them; atoms alone are marked as the zeros of their elements.
    program : {"MACE", "GAP", "n2p2"}
    n2p2_energy : {"Hartree", "eV"}
        Units of n2p2's file: Hartree and Bohr, as most of its models have, or eV and Å. The others take eV and Å.
    replace : bool
        Whether a file of that name may be replaced.

    Returns
    -------
    str
        The settings that belong to the file.

    Raises
    ------
    ValueError
        If a structure has no labels, a file of that name is there, or the program cannot take the structures.

    References
    ----------
    MACE: https://mace-docs.readthedocs.io. GAP: https://libatoms.github.io/GAP. n2p2:
    https://compphysvienna.github.io/n2p2. LAMMPS: https://docs.lammps.org/Packages_details.html.
    """
    program, structures = checks.one_of("program", program, tuple(SETTINGS)), checks.structures(structures)
    checks.one_of("n2p2_energy", n2p2_energy, tuple(N2P2_UNITS))
    if any(labels_of(structure) is None for structure in structures):
        raise ValueError("A structure lacks its energy or its forces: programs that train need both.")
    if program == "n2p2":
        energy_unit, length, length_unit = N2P2_UNITS[n2p2_energy]
        blocks = [_n2p2_block(structure, n2p2_energy) for structure in structures]
        replaced_when_complete(path, replace, lambda file: file.write_text("".join(blocks), encoding="utf-8"))
        values = {"energy": n2p2_energy, "length": length, "per_length": 1 / length_unit, "per_energy": 1 / energy_unit}
        return SETTINGS[program].format(**values)
    marked = [_marked(structure, program) for structure in structures]
    write_structures(path, marked, replace)
    zeros = "isolated" if any(len(structure) == 1 for structure in structures) else "average"
    return SETTINGS[program].format(name=Path(path).name, zeros=zeros)


def _marked(structure, program):
    """A copy whose labels have names that no reader mistakes for results of its own."""
    energy, forces = labels_of(structure)
    copy = structure.copy()
    copy.calc, copy.info = None, {"REF_energy": energy}
    for name in set(copy.arrays) - {"numbers", "positions"}:
        del copy.arrays[name]
    copy.set_array("REF_forces", forces)
    alone = len(structure) == 1
    if program == "MACE":
        copy.info["config_type"] = "IsolatedAtom" if alone else "Default"
    else:
        copy.info["config_type"] = "isolated_atom" if alone else "default"
        if not copy.cell.rank:
            span = (copy.positions.max(axis=0) - copy.positions.min(axis=0)).max()
            copy.cell = [span + BOX] * 3
    return copy


def _n2p2_block(structure, energy_name):
    """One structure in n2p2's form: positions, element, charge, an unused number, forces of each atom."""
    energy_unit, _, length_unit = N2P2_UNITS[energy_name]
    if structure.pbc.any() and not structure.pbc.all():
        raise ValueError("n2p2 takes structures that are periodic along all three axes or none; one here is not.")
    energy, forces = labels_of(structure)
    lines = ["begin", f"comment {structure.get_chemical_formula()}"]
    if structure.pbc.all():
        lines += [f"lattice {_numbers(vector / length_unit)}" for vector in structure.cell.array]
    force_unit = energy_unit / length_unit
    lines += [
        f"atom {_numbers(position / length_unit)} {symbol:2} 0.0 0.0 {_numbers(force / force_unit)}"
        for symbol, position, force in zip(structure.symbols, structure.positions, forces, strict=True)
    ]
    return "\n".join([*lines, f"energy {energy / energy_unit:.12g}", "charge 0.0", "end", ""])


def _numbers(values):
    return " ".join(f"{value:17.10f}" for value in values)
