"""Wrong answers to the exercises of lesson 11."""

import numpy as np


def net(structure):
    return structure.get_forces().sum(axis=0)


def over_frames(of_frame):
    return lambda structures: np.sqrt(np.mean([of_frame(one) for one in structures]))


def from_ase_alone(structure):
    return structure.get_potential_energy(), structure.calc.results["forces"]


def or_zero(structure):
    results = structure.calc.results if structure.calc else {}
    energy = structure.info.get("REF_energy", results.get("energy", 0.0))
    return energy, structure.arrays.get("REF_forces", results.get("forces", np.zeros((len(structure), 3))))


def zero_is_nothing(structure):
    energy = structure.info.get("REF_energy") or structure.get_potential_energy()
    return energy, structure.arrays.get("REF_forces", structure.calc.results["forces"] if structure.calc else None)


def energy_unasked(structure):
    results = structure.calc.results if structure.calc else {}
    forces = structure.arrays.get("REF_forces", results.get("forces"))
    if forces is None:
        raise ValueError("no forces")
    return structure.info.get("REF_energy", results.get("energy")), forces


def with_constraints(structure):
    if "REF_energy" in structure.info:
        return structure.info["REF_energy"], structure.arrays["REF_forces"]
    return structure.get_potential_energy(), structure.get_forces()


def six(atoms, factor=1.0):
    return factor * atoms.get_stress()


def in_another_order(atoms):
    xx, yy, zz, xy, yz, xz = -atoms.get_volume() * atoms.get_stress()
    return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])


SMALL = list(range(0, 32, 2))[:21]

WRONG = {
    "11.1": [
        (lambda structures: np.mean([net(one) for one in structures]), "in a plain mean"),
        (over_frames(lambda one: (net(one) ** 2).mean()), "grows with the number of atoms"),
        (over_frames(lambda one: ((net(one) / len(one)) ** 2).mean()), "falls with the number of atoms"),
        (over_frames(lambda one: one.get_forces().var()), "real forces are no noise"),
        (over_frames(lambda one: (net(one) ** 2).sum() / len(one)), "the root of 3"),
        (lambda s: np.mean([np.abs(net(one)).mean() / np.sqrt(len(one)) for one in s]), "a mean of absolute values"),
        (lambda s: np.mean([(net(one) ** 2).mean() / len(one) for one in s]), "this is its square"),
        (lambda s: np.mean([np.sqrt((net(one) ** 2).mean() / len(one)) for one in s]), "before the mean over frames"),
    ],
    "11.2": [
        ((1.0, 1.0), "These labels are right"),
        ((27.2, 51.4), "It is noticed: The energy"),
        ((1.0, -1.0), "It is noticed: Along the forces the energy rises"),
        ((5.0, 0.0), "leaves no labels"),
        ((23.06,), "shape (1,)"),
    ],
    "11.3": [
        (or_zero, "gets labels all the same"),
        (from_ase_alone, 'called "REF_energy" and "REF_forces"'),
        (zero_is_nothing, "REF_..., with an energy of 0"),
        (with_constraints, "held fixed"),
        (energy_unasked, "forces and no energy"),
        (lambda structure: structure.info["energy"], "For a frame with labels that ASE has read: The function stopped"),
    ],
    "11.4": [
        (list(range(52)), "the budget is"),
        (list(range(21)), "one atom with neighbours on all sides"),
        ([34, 35, 36, 37, 38], "All frames are"),
        ([34, 36, 44, 46, 50], "what else does the budget buy"),
        ([0, 0, 20], "chosen twice"),
        ([0, 99], "numbered from 0 to 51"),
    ],
    "11.5": [
        (lambda atoms: atoms.get_volume() * atoms.get_stress(voigt=False), "The sign"),
        (lambda atoms: -atoms.get_stress(voigt=False), "in eV/Å³"),
        (six, "the six components"),
        (in_another_order, "VASP"),
    ],
}

ABOUT = {"11.2": ("copper_gold_small",), "11.4": ("copper_gold_parts", "copper_gold_soap")}
