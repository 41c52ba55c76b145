"""Repulsion of two atoms that come too close: known physics under a learned part, where no labels are."""

import numpy as np
from ase.calculators.calculator import Calculator, PropertyNotImplementedError, all_changes
from ase.calculators.mixing import LinearCombinationCalculator
from ase.neighborlist import neighbor_list
from ase.stress import full_3x3_to_voigt_6_stress

from forcefield import checks

COULOMB = 14.399645
"""e^2 / (4 pi epsilon_0), eV Å."""

SHARES = np.array([0.18175, 0.50986, 0.28022, 0.02817])
RATES = np.array([3.19980, 0.94229, 0.40290, 0.20162])
"""The universal screening function of Ziegler, Biersack and Littmark: sum of SHARES * exp(-RATES x), no unit."""


def zbl(distances, first, second):
    """Screened repulsion of two nuclei as Ziegler, Biersack and Littmark give it for any two elements.

    Parameters
    ----------
    distances : array_like of float, shape (n,), Å
    first, second : int or array_like of int, shape (n,)
        Atomic numbers.

    Returns
    -------
    energies, forces : ndarray of float64, shape (n,), eV and eV/Å
        The force is -dE/dr: positive, it pushes the atoms apart.

    References
    ----------
    J. F. Ziegler, J. P. Biersack, U. Littmark, The Stopping and Range of Ions in Solids, Pergamon 1985;
    constants as in LAMMPS, pair_style zbl.
    """
    distances = _distances(distances)
    first, second = (checks.array("An atomic number", values, None) for values in (first, second))
    if min(first.min(initial=1), second.min(initial=1)) < 1 or any(
        shape not in ((), distances.shape) for shape in (first.shape, second.shape)
    ):
        raise ValueError("Give one atomic number of at least 1 for all pairs, or one for each pair.")
    rates = RATES / 0.46850 * (first**0.23 + second**0.23)[..., None]  # 1/Å
    terms = SHARES * np.exp(-rates * distances[..., None])
    coulomb = COULOMB * first * second / distances
    energies = coulomb * terms.sum(axis=-1)
    return energies, energies / distances + coulomb * (rates * terms).sum(axis=-1)


def born_mayer(distances, strength, length):
    """Exponential repulsion, E = strength exp(-r / length): the overlap of electron clouds.

    Parameters
    ----------
    distances : array_like of float, shape (n,), Å
    strength, length : float, eV and Å

    Returns
    -------
    energies, forces : ndarray of float64, shape (n,), eV and eV/Å
        As in `zbl`.

    References
    ----------
    M. Born, J. E. Mayer, Z. Phys. 75, 1 (1932), doi:10.1007/BF01340511.
    """
    strength, length = checks.finite("strength", strength, "eV"), checks.positive("length", length, "Å")
    energies = strength * np.exp(-_distances(distances) / length)
    return energies, energies / length


def _distances(values):
    """Distances above 0 as an array of float64, Å."""
    values = checks.array("distances", values, None, "Å")
    if not np.all(values >= 1e-6):
        raise ValueError("Every distance must be above 0 Å, at least 1e-6 Å: there the repulsion has no end.")
    return values


def tangent_born_mayer(distance, energy, force):
    """Strength (eV) and length (Å) of the exponential with this energy (eV) and force (eV/Å) at this distance (Å)."""
    distance = checks.positive("distance", distance, "Å")
    if min(checks.finite("energy", energy, "eV"), checks.finite("force", force, "eV/Å")) <= 0:
        raise ValueError("An exponential repulsion needs an energy and a force above 0: take a shorter pair.")
    if distance * force > 100 * energy:
        raise ValueError("This force is so large beside the energy that no exponential has both: take a shorter pair.")
    return energy * np.exp(distance * force / energy), energy / force


def without_repulsion(potential, repulsion):
    """A potential minus a repulsion, as an ASE calculator: what is left for a model to learn.

    `Dataset.from_structures(..., calculator=without_repulsion(potential, repulsion))` records the repulsion. A model
    fitted to the set carries that into its file, and its calculator asks for the same repulsion as `baseline`.
    """
    if not isinstance(repulsion, Repulsion):
        raise ValueError(f"What is taken away must be a Repulsion; this is of type {type(repulsion).__name__}.")
    rest = LinearCombinationCalculator([checks.calculator(potential), repulsion], [1, -1])
    rest.subtracted = repulsion.settings()
    return rest


class Repulsion(Calculator):
    """Energy (eV), forces (eV/Å) and, in crystals, stress (eV/Å^3) of a repulsion between all pairs, for ASE.

    A cutoff below the shortest distance among the labels leaves the labels as they are, so any fitted model can
    have the repulsion added: `ForceFieldCalculator(model, baseline=Repulsion(2.0))`. With a larger cutoff, subtract
    it from the labels first (`without_repulsion`), learn the rest, and add it again.

    Parameters
    ----------
    cutoff : float, Å
        There energy, force and curvature have gone smoothly to zero; `np.inf` cuts nothing off.
    pair : callable
        Takes distances (Å) and the two atomic numbers, returns energies (eV) and forces (eV/Å).

    References
    ----------
    J. Gasteiger, J. Groß, S. Günnemann, ICLR 2020, arXiv:2003.03123 (the polynomial that cuts off, p = 6);
    I. Batatia et al., arXiv:2401.00096 (this repulsion under a learned potential).

    Examples
    --------
    >>> atoms.calc = Repulsion(2.0)
    >>> dimer.calc = Repulsion(np.inf, lambda distances, *_: born_mayer(distances, strength, length))
    """

    implemented_properties = ("energy", "free_energy", "forces", "stress")

    def __init__(self, cutoff, pair=zbl):
        super().__init__()
        endless = isinstance(cutoff, float) and cutoff == np.inf
        self.cutoff = np.inf if endless else checks.positive("The cutoff of the repulsion", cutoff, "Å")
        self.pair = checks.function("pair", pair)

    def settings(self):
        """Cutoff and formula as text, for the file of a model that was fitted to the rest."""
        own = f"{getattr(self.pair, '__module__', '')}.{getattr(self.pair, '__qualname__', '')}"
        return {
            "repulsion": "zbl" if self.pair is zbl else f"a function of one's own, {own}",
            "cutoff": str(self.cutoff),
        }

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        """Fill `results`; called by ASE when something changed."""
        super().calculate(atoms, properties, system_changes)
        if "stress" in properties and not self.atoms.pbc.all():
            raise PropertyNotImplementedError(
                "There is a stress only for a cell that repeats along all three axes: set atoms.pbc = True."
            )
        first, second, vectors = self._pairs(self.atoms)
        distances = np.linalg.norm(vectors, axis=1)
        if not np.all(distances > 0):
            raise ValueError("Two atoms are in one place: their repulsion has no end.")
        numbers = self.atoms.numbers[first], self.atoms.numbers[second]
        energies, forces = self.pair(distances, *numbers)
        value, slope = self._switch(distances)
        along = (forces * value - energies * slope)[:, None] * vectors / distances[:, None]  # on the second atom
        total = np.zeros((len(self.atoms), 3))
        np.add.at(total, second, along)
        np.add.at(total, first, -along)
        energy = float((energies * value).sum())
        self.results = {"energy": energy, "free_energy": energy, "forces": total}
        if self.atoms.pbc.all():  # the force on the second atom is -dE/d(vector)
            self.results["stress"] = full_3x3_to_voigt_6_stress(-vectors.T @ along / self.atoms.get_volume())

    def _pairs(self, atoms):
        """First and second atom, (n,), and vectors from first to second, (n, 3), Å; every pair once."""
        if not np.all(np.isfinite(atoms.positions)):
            raise ValueError("A position is not a finite number: the atoms have flown apart, or the input is damaged.")
        if not atoms.pbc.any():
            first, second = np.triu_indices(len(atoms), 1)
            return first, second, atoms.positions[second] - atoms.positions[first]
        if not np.isfinite(self.cutoff):
            raise ValueError("A periodic structure has no end of pairs: give the repulsion a finite cutoff.")
        first, second, vectors, shifts = neighbor_list("ijDS", atoms, self.cutoff)
        # Each pair is found from both ends; an atom and its own image as well.
        order = np.where(first == second, [tuple(shift) > (0, 0, 0) for shift in shifts], first < second)
        return first[order], second[order], vectors[order]

    def _switch(self, distances):
        """What energies are multiplied by, (n,), from 1 at 0 Å to 0 at the cutoff, and its slope, (n,), 1/Å."""
        x = np.minimum(distances / self.cutoff, 1)
        return 1 - 28 * x**6 + 48 * x**7 - 21 * x**8, -168 * x**5 * (1 - x) ** 2 / self.cutoff
