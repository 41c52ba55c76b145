"""A baseline for any labelled structures: energies of atoms and pairs alone, fitted to the same labels."""

import numpy as np
from ase.neighborlist import neighbor_list

from forcefield import checks
from forcefield.label_checks import labels_of


class PairPotential:
    """Energy as a sum over atoms and pairs, E = sum_i e(i) + sum_pairs f(i, j; r), by linear least squares.

    Each pair of elements has a curve f of its own: Gaussians of r, cut off smoothly. What a model gains over this
    baseline is what it has learned of angles and of how a bond depends on its surroundings.

    Parameters
    ----------
    structures : list of ase.Atoms
        With labels, of any sizes and compositions.
    cutoff : float
        Å.
    n_functions : int
        Gaussians of each curve, equally spaced from 0.2 times the cutoff to the cutoff.
    force_weight : float
        What 1 eV/Å of a force counts beside 1 eV of an energy.

    Raises
    ------
    ValueError
        If a structure has no labels or a setting is out of range.
    """

    def __init__(self, structures, cutoff=6.0, n_functions=12, force_weight=1.0):
        structures = checks.structures(structures)
        self.cutoff = checks.positive("cutoff", cutoff, "Å")
        self.n_functions = checks.whole_number("n_functions", n_functions, 2, 100)
        force_weight = checks.positive("force_weight", force_weight)
        if any(labels_of(structure) is None for structure in structures):
            raise ValueError("A structure lacks its energy or its forces: read the file with read_labelled.")
        self.elements = sorted({int(z) for structure in structures for z in structure.numbers})
        n_terms = len(self.elements) + len(self.elements) * (len(self.elements) + 1) // 2 * self.n_functions
        normal, right = np.zeros((n_terms, n_terms)), np.zeros(n_terms)
        # Energies are taken from their mean for each atom: absolute ones may be thousands of eV.
        atoms = np.array([len(structure) for structure in structures])
        self.shift = float(sum(labels_of(structure)[0] for structure in structures) / atoms.sum())
        for structure in structures:
            terms, slopes = self._terms(structure)
            energy, forces = labels_of(structure)
            rows = np.vstack([terms, -force_weight * slopes.reshape(-1, n_terms)])
            labels = np.append(energy - self.shift * len(structure), force_weight * forces.ravel())
            normal += rows.T @ rows
            right += rows.T @ labels
        # Elements that always come in the same proportion, and distances that never occur, leave weights undetermined.
        self.weights = np.linalg.lstsq(normal, right, rcond=1e-12)[0]

    def __repr__(self):
        return f"<PairPotential: {len(self.elements)} elements, {len(self.weights)} weights>"

    def _terms(self, structure):
        """What each weight adds to the energy, (n_terms,), and to its derivative, (n_atoms, 3, n_terms), 1/Å."""
        kinds = len(self.elements)
        which = np.searchsorted(self.elements, structure.numbers)
        terms = np.concatenate(
            [np.bincount(which, minlength=kinds), np.zeros(kinds * (kinds + 1) // 2 * self.n_functions)]
        )
        slopes = np.zeros((len(structure), 3, len(terms)))
        first, second, distance, vector = neighbor_list("ijdD", structure, self.cutoff)
        low, high = np.sort(np.column_stack([which[first], which[second]]), axis=1).T
        curve = low * kinds - low * (low - 1) // 2 + high - low
        centers = np.linspace(0.2, 1.0, self.n_functions) * self.cutoff
        width = centers[1] - centers[0]
        gauss = np.exp(-0.5 * ((distance[:, None] - centers) / width) ** 2)
        fade = (0.5 + 0.5 * np.cos(np.pi * distance / self.cutoff))[:, None]
        steeper = (-0.5 * np.pi / self.cutoff * np.sin(np.pi * distance / self.cutoff))[:, None]
        slope = gauss * steeper - gauss * fade * (distance[:, None] - centers) / width**2
        columns = kinds + curve[:, None] * self.n_functions + np.arange(self.n_functions)
        # Every pair is listed from both ends: half of the energy from each, and the whole slope for the first atom.
        np.add.at(terms, columns, 0.5 * gauss * fade)
        along = -(vector / distance[:, None])[:, :, None] * slope[:, None, :]
        np.add.at(slopes, (first[:, None, None], np.arange(3)[None, :, None], columns[:, None, :]), along)
        return terms, slopes

    def predict_structures(self, structures):
        """Energies (n_systems,) in eV and a list of forces (n_atoms, 3) in eV/Å of structures with known elements."""
        energies, forces = [], []
        for structure in checks.structures(structures):
            if not set(structure.numbers) <= set(self.elements):
                raise ValueError("A structure has an element that the pair potential was not fitted to.")
            terms, slopes = self._terms(structure)
            energies.append(terms @ self.weights + self.shift * len(structure))
            forces.append(-slopes @ self.weights)
        return np.array(energies), forces
