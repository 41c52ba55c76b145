"""A force field as an ASE calculator: what relaxes, vibrates and moves atoms takes it like any potential."""

import numpy as np
from ase.calculators.calculator import Calculator, all_changes
from ase.data import chemical_symbols
from scipy.special import expit

from forcefield.descriptors import describe


def _tanh(z):
    h = np.tanh(z)
    return h, 1 - h * h


def _sigmoid(z):
    s = expit(z)
    return s, s * (1 - s)


def _silu(z):
    s = expit(z)
    return z * s, s * (1 + z * (1 - s))


VALUE_AND_SLOPE = {"tanh": _tanh, "sigmoid": _sigmoid, "silu": _silu}
"""Value and derivative of every activation of `forcefield.model`."""


class FrozenNetwork:
    """The network of a force field in numpy, with the chain rule written out.

    One step of dynamics asks for one structure, and there torch spends more time on keeping books for
    automatic differentiation than on numbers. The standardisation is worked into the first and last layer.

    Parameters
    ----------
    model : ForceField
        Its weights as they are now; later training is not followed.
    """

    def __init__(self, model):
        layers = [
            (layer.weight.detach().numpy().T.copy(), layer.bias.detach().numpy().copy()) for layer in model.network[::2]
        ]
        mean, scale = model.descriptor_mean.numpy(), model.descriptor_scale.numpy()
        weights, biases = layers[0]
        layers[0] = weights / scale[:, None], biases - (mean / scale) @ weights
        weights, biases = layers[-1]
        factor = model.energy_scale.item()
        self.hidden, self.last = layers[:-1], (factor * weights, factor * biases + model.energy_shift.item())
        self.activation = VALUE_AND_SLOPE[model.settings["activation"]]

    def __call__(self, descriptors):
        """Energy of every centre and its derivative.

        Parameters
        ----------
        descriptors : ndarray of float64, shape (n_centers, n_features)

        Returns
        -------
        energies : ndarray of float64, shape (n_centers,), eV
        gradients : ndarray of float64, shape (n_centers, n_features), eV
            dE/dD.
        """
        values, slopes = descriptors, []
        for weights, biases in self.hidden:
            values, slope = self.activation(values @ weights + biases)
            slopes.append(slope)
        weights, biases = self.last
        energies = (values @ weights + biases)[:, 0]
        gradients = weights.T
        for (weights, _), slope in zip(self.hidden[::-1], slopes[::-1], strict=True):
            gradients = (gradients * slope) @ weights.T
        return energies, gradients


class ForceFieldCalculator(Calculator):
    """Energy (eV) and forces (eV/Å) of a force field with one centre on every atom.

    Results are kept until positions, elements or periodicity change (in crystals, the cell), as in every
    ASE calculator.

    Parameters
    ----------
    model : ForceField
        Its weights as they are now; later training is not followed.
    soap : dscribe.descriptors.SOAP
        With the settings that the model was trained with.
    n_atoms : int, optional
        The only size that is let in. The sum over atoms is defined for any, but nothing is known of the errors
        for sizes that the model was not trained on.

    Raises
    ------
    ValueError
        If the descriptor does not have the model's number of features; later, if a structure has other
        elements, size or periodicity than the force field, or positions that are not finite.

    Examples
    --------
    >>> atoms.calc = ForceFieldCalculator(model, soap)
    >>> atoms.get_potential_energy(), atoms.get_forces()
    """

    implemented_properties = ("energy", "free_energy", "forces")

    def __init__(self, model, soap, n_atoms=None):
        super().__init__()
        n_features = model.settings["n_features"]
        if soap.get_number_of_features() != n_features:
            raise ValueError(
                f"The model takes {n_features} features and this SOAP gives {soap.get_number_of_features()}: "
                "use the settings that the model was trained with."
            )
        self.network, self.soap, self.n_atoms = FrozenNetwork(model), soap, n_atoms
        self.ignored_changes = {"initial_charges", "initial_magmoms"} | (set() if soap.periodic else {"cell"})

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        """Fill `results`; called by ASE when something changed.

        Parameters
        ----------
        atoms : ase.Atoms
        properties : sequence of str
            What is asked for. Energy and forces come together at little more than the cost of one.
        system_changes : sequence of str
            What changed since the last call.

        Raises
        ------
        ValueError
            If the force field cannot be used for these atoms.
        """
        super().calculate(atoms, properties, system_changes)
        self._check(self.atoms)
        descriptors, derivatives = describe(self.soap, [self.atoms], attach=True)
        energies, gradients = self.network(descriptors[0])
        energy = float(energies.sum())
        n_centers, n_atoms, _, n_features = derivatives[0].shape
        # F = -sum over centres c and features k of dE/dD[c, k] * dD[c, k]/dr
        products = derivatives[0].reshape(n_centers, n_atoms * 3, n_features) @ gradients[:, :, None]
        forces = -products.sum(axis=0).reshape(n_atoms, 3)
        # Nothing is lost to a temperature of electrons here, so the free energy is the energy.
        self.results = {"energy": energy, "free_energy": energy, "forces": forces}

    def _check(self, atoms):
        """Say in a sentence why these atoms cannot be calculated."""
        known, found = set(self.soap.species), {chemical_symbols[number] for number in set(atoms.numbers.tolist())}
        if not found:
            raise ValueError("There are no atoms.")
        if found - known:
            raise ValueError(
                f"This force field knows {', '.join(sorted(known))} and no other element; "
                f"the structure has {', '.join(sorted(found - known))}."
            )
        if self.n_atoms is not None and len(atoms) != self.n_atoms:
            raise ValueError(
                f"This force field was trained on structures of {self.n_atoms} atoms; this one has {len(atoms)}."
            )
        if bool(atoms.pbc.any()) != self.soap.periodic:
            words = ("clusters", "is periodic") if atoms.pbc.any() else ("periodic structures", "is not periodic")
            raise ValueError(f"This force field is for {words[0]}; this structure {words[1]}: set atoms.pbc.")
        if not np.all(np.isfinite(atoms.positions)):
            raise ValueError("A position is not a finite number: the atoms have flown apart, or the input is damaged.")
