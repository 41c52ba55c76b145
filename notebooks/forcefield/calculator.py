"""A force field as an ASE calculator: what relaxes, vibrates and moves atoms takes it like any potential."""

import numpy as np
import torch
from ase.calculators.calculator import Calculator, all_changes

from forcefield.descriptors import describe


class ForceFieldCalculator(Calculator):
    """Energy (eV) and forces (eV/Å) of a force field with one centre on every atom.

    Results are kept until positions, elements, cell or periodicity change, as in every ASE calculator.

    Parameters
    ----------
    model : ForceField
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
    ignored_changes = frozenset({"initial_charges", "initial_magmoms"})

    def __init__(self, model, soap, n_atoms=None):
        super().__init__()
        n_features = model.settings["n_features"]
        if soap.get_number_of_features() != n_features:
            raise ValueError(
                f"The model takes {n_features} features and this SOAP gives {soap.get_number_of_features()}: "
                "use the settings that the model was trained with."
            )
        self.model, self.soap, self.n_atoms = model, soap, n_atoms

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
        described = describe(self.soap, [self.atoms], attach=True)
        energies, forces = self.model(*(torch.from_numpy(array) for array in described))
        energy = energies.item()
        # Nothing is lost to a temperature of electrons here, so the free energy is the energy.
        self.results = {"energy": energy, "free_energy": energy, "forces": forces[0].detach().numpy()}

    def _check(self, atoms):
        """Say in a sentence why these atoms cannot be calculated."""
        known, found = set(self.soap.species), set(atoms.get_chemical_symbols())
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
