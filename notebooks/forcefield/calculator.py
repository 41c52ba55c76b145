"""A force field as an ASE calculator: what relaxes, vibrates and moves atoms takes it like any potential."""

from ase.calculators.calculator import Calculator, all_changes

from forcefield import checks
from forcefield.descriptors import describe, describe_without_derivatives, soap_settings
from forcefield.model import ForceField, descriptor_of


class ForceFieldCalculator(Calculator):
    """Energy (eV) and forces (eV/Å) of a force field with one centre on every atom.

    Results are kept until positions, elements or periodicity change (in crystals, the cell), as in every
    ASE calculator. If energies alone are asked for, no derivatives are taken.

    Parameters
    ----------
    model : ForceField or SparseGaussianProcess
        As it is now; later training is not followed.
    soap : dscribe.descriptors.SOAP, optional
        The descriptor comes from the model. If it is given all the same, it must be the model's.
    n_atoms : int, optional
        The only number of atoms accepted. The sum over atoms is defined for any, but nothing is known of the errors
        for sizes that the model was not trained on.

    Raises
    ------
    ValueError
        If the model does not know its descriptor, has not one centre on every atom, or another SOAP is given; later,
        if a structure has other elements, size or periodicity than the force field.

    Examples
    --------
    >>> atoms.calc = ForceFieldCalculator(model)
    >>> atoms.get_potential_energy(), atoms.get_forces()
    """

    implemented_properties = ("energy", "free_energy", "forces")

    def __init__(self, model, soap=None, n_atoms=None):
        super().__init__()
        self.soap = soap_on_atoms(model, soap)
        self.n_atoms = None if n_atoms is None else checks.whole_number("n_atoms", n_atoms, 1)
        self.frozen = model.frozen()
        self.ignored_changes = {"initial_charges", "initial_magmoms"} | (set() if self.soap.periodic else {"cell"})

    @classmethod
    def load(cls, path, **settings):
        """The calculator of a force field's file; `settings` as in the class."""
        return cls(ForceField.load(path), **settings)

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes):
        """Fill `results`; called by ASE when something changed or is missing.

        Raises
        ------
        ValueError
            If the force field cannot be used for these atoms.
        """
        super().calculate(atoms, properties, system_changes)
        if self.n_atoms is not None and len(self.atoms) != self.n_atoms:
            raise ValueError(
                f"This force field was trained on structures of {self.n_atoms} atoms; this one has {len(self.atoms)}."
            )
        if "forces" not in properties:
            energies, _ = self.frozen(describe_without_derivatives(self.soap, [self.atoms])[0])
            self.results = energy_results(energies.sum())
            return
        descriptors, derivatives = describe(self.soap, [self.atoms], attach=True)
        energies, gradients = self.frozen(descriptors[0])
        self.results = energy_results(energies.sum()) | {"forces": contract(gradients, derivatives[0])}


def energy_results(energy):
    """Entries of `results`: with no electronic entropy, the free energy equals the energy, eV."""
    return {"energy": float(energy), "free_energy": float(energy)}


def contract(gradients, derivatives):
    """Forces: F = -sum over centres c and features k of dE/dD[c, k] * dD[c, k]/dr, shape (n_atoms, 3), eV/Å."""
    n_centers, n_atoms, _, n_features = derivatives.shape
    products = derivatives.reshape(n_centers, n_atoms * 3, n_features) @ gradients[:, :, None]
    return -products.sum(axis=0).reshape(n_atoms, 3)


def soap_on_atoms(model, soap=None):
    """The SOAP of a model with an attached centre on every atom; a given one must be the same in every setting."""
    if not hasattr(model, "frozen") or not hasattr(model, "provenance"):
        raise ValueError(
            f"A calculator needs one force field, such as ForceField.load gives; this is {type(model).__name__}."
        )
    own, centers, attach = descriptor_of(model)
    if centers is not None or not attach:
        raise ValueError(
            "A calculator needs a force field with a centre on every atom that moves with it; this one has "
            f"{'fixed points' if centers is not None else 'centres that stay where they are'}."
        )
    if soap is not None:
        own_settings, given = soap_settings(own), soap_settings(soap)
        other = [f"{name} {given[name]} (not {value})" for name, value in own_settings.items() if given[name] != value]
        if other:
            raise ValueError(f"The force field was fitted with another SOAP; this one has {', '.join(other)}.")
    return own
