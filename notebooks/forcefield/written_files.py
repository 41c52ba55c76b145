"""Structures, predictions and trajectories written to files that ASE and other programs read."""

import os

import ase.db
import ase.io
import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator

from forcefield import checks
from forcefield.structure_files import TEXT

WRITTEN = (*TEXT, ".db", ".traj")
"""Ends of the names of files that can be written."""


def write_structures(path, structures, replace=False):
    """Write structures with their labels and all that they carry; an older file stays until the new one is complete.

    Parameters
    ----------
    path : str or pathlib.Path
        Its end says the format: .extxyz, .extxyz.gz, .db or .traj.
    structures : list of ase.Atoms
    replace : bool
        Whether a file of that name may be replaced.

    Raises
    ------
    ValueError
        If a file of that name stands there and `replace` is False, or the format is another one.
    """
    structures = checks.structures(structures)
    if not checks.path(path).name.lower().endswith(WRITTEN):
        raise ValueError(f"The name of a file to write must end in {', '.join(WRITTEN)}; it is {str(path)!r:.60}.")

    def write(file):
        if file.suffix.lower() == ".db":
            with ase.db.connect(file, use_lock_file=False) as database:
                for structure in structures:
                    database.write(structure, data={**structure.info, **_own_columns(structure)})
        elif file.suffix.lower() == ".traj":
            ase.io.write(file, [_all_in_info(structure) for structure in structures], format="traj")
        else:
            ase.io.write(file, structures, format="extxyz")

    replaced_when_complete(path, replace, write)


def replaced_when_complete(path, replace, write):
    """Call `write` with another name in the same folder, and give the file its name when it is complete."""
    path, replace = checks.path(path), checks.yes_or_no("replace", replace)
    if path.is_dir() or (path.exists() and not replace):
        raise ValueError(f"{path.name} is there already: give another name, or replace=True if it may be replaced.")
    if not path.parent.is_dir():
        raise ValueError(f"There is no folder {path.parent.name} for {path.name}: make it first.")
    unfinished = path.with_name(f"unfinished.{os.getpid()}.{path.name}")
    try:
        write(unfinished)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _own_columns(structure):
    """Arrays of one entry for each atom that ASE has no name for."""
    known = {"numbers", "positions", "momenta", "masses", "tags", "initial_magmoms", "initial_charges"}
    return {name: values for name, values in structure.arrays.items() if name not in known}


def _all_in_info(structure):
    """A copy that carries its own columns in `info`: a .traj file has no other place for them."""
    copy = structure.copy()
    copy.info, copy.calc = {**structure.info, **_own_columns(structure)}, structure.calc
    return copy


def with_predictions(structures, energies, forces, energy_spreads=None, force_spreads=None):
    """Copies that carry predictions beside their labels.

    Parameters
    ----------
    structures : list of ase.Atoms, length n_systems
        With or without labels; of any sizes. They are not changed.
    energies : array_like of float, shape (n_systems,), eV
    forces : list of array_like of float, each of shape (n_atoms, 3), eV/Å
    energy_spreads : array_like of float, shape (n_systems,), eV, optional
    force_spreads : list of array_like of float, each of shape (n_atoms,), eV/Å, optional
        As `forcefield.committees` gives them.

    Returns
    -------
    list of ase.Atoms
        `info` has "predicted_energy" and "energy_spread", `arrays` "predicted_forces" and "force_spread": columns of
        the file that `write_structures` writes. Labels stay ASE's energy and forces.

    Raises
    ------
    ValueError
        If there is not one entry for each structure, or one for each of its atoms.
    """
    structures = checks.structures(structures)
    energies = checks.array("The predicted energies", energies, (len(structures),), "eV")
    if energy_spreads is not None:
        energy_spreads = checks.array("The spreads of the energies", energy_spreads, (len(structures),), "eV")
    for name, values in (("The predicted forces", forces), ("The spreads of the forces", force_spreads)):
        optional = values is None and name == "The spreads of the forces"
        if not optional and (not isinstance(values, list | tuple | np.ndarray) or len(values) != len(structures)):
            raise ValueError(f"{name} must be a list with one entry for each of the {len(structures)} structures.")
    copies = []
    for number, structure in enumerate(structures):
        copy = structure.copy()
        copy.calc, shape = structure.calc, (len(structure), 3)
        copy.info["predicted_energy"] = float(energies[number])
        copy.set_array("predicted_forces", checks.array("The predicted forces", forces[number], shape, "eV/Å"))
        if energy_spreads is not None:
            copy.info["energy_spread"] = float(energy_spreads[number])
        if force_spreads is not None:
            spread = checks.array("The spreads of the forces", force_spreads[number], shape[:1], "eV/Å")
            copy.set_array("force_spread", spread)
        copies.append(copy)
    return copies


class KeptFrames:
    """Observer of an ASE run: keeps copies of its frames with energy, forces and, of a committee, the spreads.

    Parameters
    ----------
    dynamics : ase.md.md.MolecularDynamics or ase.optimize.optimize.Optimizer

    Attributes
    ----------
    frames : list of ase.Atoms
        Ready for `write_structures`; `info` has "step", and of a committee "energy_spread".

    Raises
    ------
    ValueError
        If `dynamics` is no run of ASE.

    Examples
    --------
    >>> kept = KeptFrames(dynamics)
    >>> dynamics.attach(kept, interval=10)
    """

    def __init__(self, dynamics):
        if not hasattr(dynamics, "nsteps") or not hasattr(dynamics, "atoms"):
            raise ValueError("dynamics must be a run of ASE, such as langevin(...) gives.")
        self.dynamics, self.frames = dynamics, []

    def __call__(self):
        """Called by ASE after each step (or each `interval` of them)."""
        atoms = self.dynamics.atoms
        frame, calculator = atoms.copy(), atoms.calc
        forces = atoms.get_forces(apply_constraint=False)
        frame.calc = SinglePointCalculator(frame, energy=atoms.get_potential_energy(), forces=forces)
        frame.info["step"] = int(self.dynamics.nsteps)
        if "force_spread" in getattr(calculator, "implemented_properties", ()):
            frame.set_array("force_spread", np.array(calculator.get_property("force_spread", atoms)))
            frame.info["energy_spread"] = float(calculator.get_property("energy_spread", atoms))
        self.frames.append(frame)
