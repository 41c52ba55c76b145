"""What every force field must pass, whatever its errors: symmetries, and forces that are minus the gradient."""

from dataclasses import dataclass

import numpy as np

from forcefield import checks


@dataclass(frozen=True)
class Check:
    """One check: its largest deviation, the most that is allowed, and the unit of both."""

    name: str
    deviation: float
    allowed: float
    unit: str

    @property
    def passed(self):
        """Whether the deviation is as small as it must be."""
        return bool(self.deviation <= self.allowed)

    def __str__(self):
        return f"{self.name:48} below {self.allowed:g} {self.unit}: {self.passed}"


def check_force_field(structure, calculator, seed=0, n_gradient_atoms=3):
    """Check a calculator's symmetries and its forces on one structure.

    Parameters
    ----------
    structure : ase.Atoms
        A cluster or a crystal; not one of high symmetry, or the forces to compare are zero. It is not changed.
    calculator : ase calculator
    seed : int
        Of the turn, the order of the atoms, and the atoms whose forces are compared with finite differences.
    n_gradient_atoms : int

    Returns
    -------
    list of Check
        Moved, turned, mirrored, in another order, repeated (crystals), the net force, and finite differences.

    Raises
    ------
    ValueError
        If the structure or the calculator is none.
    """
    structure, calculator = checks.structure(structure).copy(), checks.calculator(calculator)
    generator = np.random.default_rng(checks.seed(seed))
    n_gradient_atoms = checks.whole_number("n_gradient_atoms", n_gradient_atoms, 1)
    structure.set_constraint()

    def evaluated(changed):
        changed.calc = calculator
        return changed.get_potential_energy(), changed.get_forces()

    energy, forces = evaluated(structure.copy())
    turn = np.linalg.qr(generator.normal(size=(3, 3)))[0]
    turn *= np.linalg.det(turn)
    order = generator.permutation(len(structure))
    moved, reordered = structure.copy(), structure[order]
    moved.translate([0.7, -0.4, 0.2])
    cases = [
        ("moved: energy and forces the same", moved, forces),
        ("turned: forces turn along", transformed(structure, turn), forces @ turn.T),
        ("mirrored: forces are mirrored", transformed(structure, -turn), forces @ -turn.T),
        ("atoms in another order: forces too", reordered, forces[order]),
    ]
    found = []
    for name, changed, expected in cases:
        new_energy, new_forces = evaluated(changed)
        deviation = max(abs(new_energy - energy) / len(structure), np.abs(new_forces - expected).max())
        found.append(Check(name, float(deviation), 1e-6, "eV/atom, eV/Å"))
    if structure.pbc.all():
        twice = evaluated(structure.repeat((2, 1, 1)))[0]
        found.append(
            Check("twice the cell: twice the energy", abs(twice - 2 * energy) / len(structure), 1e-6, "eV/atom")
        )
    found.append(Check("net force", float(np.abs(forces.sum(axis=0)).max()), 1e-6, "eV/Å"))
    atoms = generator.permutation(len(structure))[:n_gradient_atoms]
    # SOAP jumps a little where an atom passes the neighbour radius: a wrong gradient is wrong at both steps.
    deviations = [
        [
            [abs(_slope(structure, calculator, atom, axis, step) + forces[atom, axis]) for axis in range(3)]
            for atom in atoms
        ]
        for step in (1e-4, 2e-5)
    ]
    worst = np.min(deviations, axis=0).max()
    return [*found, Check("forces are minus the gradient of the energy", float(worst), 1e-4, "eV/Å")]


def transformed(structure, matrix):
    """A copy turned or mirrored by an orthogonal matrix, cell and all."""
    changed = structure.copy()
    changed.set_cell(structure.cell.array @ matrix.T)
    changed.positions = structure.positions @ matrix.T
    return changed


def _slope(structure, calculator, atom, axis, step):
    """dE/dr of one coordinate by a central difference of fourth order, eV/Å."""
    energies = []
    for steps in (-2, -1, 1, 2):
        changed = structure.copy()
        changed.positions[atom, axis] += steps * step
        changed.calc = calculator
        energies.append(changed.get_potential_energy())
    return (energies[0] - 8 * energies[1] + 8 * energies[2] - energies[3]) / (12 * step)
