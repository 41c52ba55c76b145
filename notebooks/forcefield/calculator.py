"""A force field as an ASE calculator: what relaxes, vibrates and moves atoms takes it like any potential."""

import numpy as np
from ase.calculators.calculator import Calculator, PropertyNotImplementedError, all_changes
from ase.stress import full_3x3_to_voigt_6_stress

from forcefield import checks
from forcefield.committees import energy_spread, force_spread
from forcefield.descriptors import describe_without_derivatives, soap_settings
from forcefield.model import descriptor_of
from forcefield.repulsion import Repulsion
from forcefield.reverse_soap import ReverseSoap
from forcefield.saved_models import load_model


class ForceFieldCalculator(Calculator):
    """Energy (eV), forces (eV/Å) and stress (eV/Å^3) of a force field with one centre on every atom.

    The stress is ASE's: dE/dstrain / volume, in the order xx, yy, zz, yz, xz, xy; there is one for cells that repeat
    along all three axes. Forces and stress are taken in reverse mode (`ReverseSoap`), energies alone without any
    derivative. Results are kept until positions, elements or periodicity change (in crystals, the cell), as in every
    ASE calculator.

    Parameters
    ----------
    model : ForceField, SparseGaussianProcess, GaussianProcess or ModelSum
        As it is now; later training is not followed.
    soap : dscribe.descriptors.SOAP, optional
        The descriptor comes from the model. If it is given all the same, it must be the model's.
    n_atoms : int, optional
        The only number of atoms accepted. The sum over atoms is defined for any, but nothing is known of the errors
        for sizes that the model was not trained on.

    baseline : ase calculator, optional
        Its energy, forces and stress are added, for instance a `Repulsion` where the labels end. A model fitted to
        labels without a repulsion (`without_repulsion`) must be given that one.

    Raises
    ------
    ValueError
        If the model does not know its descriptor, has not one centre on every atom, has a SOAP that `ReverseSoap`
        does not follow, another SOAP is given, or not the repulsion that its labels lack; later, if a structure has
        other elements, size or periodicity than the force field.
    ase.calculators.calculator.PropertyNotImplementedError
        If a stress is asked for where there is none.

    Examples
    --------
    >>> atoms.calc = ForceFieldCalculator(model)
    >>> atoms.get_potential_energy(), atoms.get_forces()
    """

    implemented_properties = ("energy", "free_energy", "forces", "stress")

    def __init__(self, model, soap=None, n_atoms=None, baseline=None):
        super().__init__()
        self.soap = soap_on_atoms(model, soap)
        self.n_atoms = None if n_atoms is None else checks.whole_number("n_atoms", n_atoms, 1)
        self.reverse, self.frozen = ReverseSoap(self.soap), [model.frozen()]
        self.baseline = None if baseline is None else checks.calculator(baseline)
        check_baseline(model, baseline)
        self.ignored_changes = {"initial_charges", "initial_magmoms"} | (set() if self.soap.periodic else {"cell"})

    @classmethod
    def load(cls, path, **settings):
        """The calculator of the file of any force field; `settings` as in the class."""
        return cls(load_model(path), **settings)

    def check_state(self, atoms, tol=0):
        """What has changed since the last results, as in every ASE calculator; compared exactly, which is faster."""
        if self.atoms is None:
            return list(all_changes)
        watched = [name for name in ("positions", "numbers", "cell", "pbc") if name not in self.ignored_changes]
        return [name for name in watched if not np.array_equal(getattr(self.atoms, name), getattr(atoms, name))]

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
        if "stress" in properties and not self.atoms.pbc.all():
            raise PropertyNotImplementedError(
                "There is a stress only for a cell that repeats along all three axes: set atoms.pbc = True."
            )
        if {"forces", "stress", "force_spread"} & set(properties):
            energies, forces, virials = self.reverse.evaluate_all(self.atoms, self.frozen)
            results = self._vote(energies.sum(axis=1), forces)
            if self.atoms.pbc.all():
                results["stress"] = full_3x3_to_voigt_6_stress(virials.mean(axis=0) / self.atoms.get_volume())
        else:
            descriptors = describe_without_derivatives(self.soap, [self.atoms])[0]
            energies = [frozen(descriptors, self.atoms.numbers)[0].sum() for frozen in self.frozen]
            results = self._vote(np.array(energies))
        self.results = results if self.baseline is None else self._with_baseline(results, "stress" in properties)

    def _vote(self, energies, forces=None):
        """Entries of `results` from what each model says: energies (n_models,), forces (n_models, n_atoms, 3) or None.

        With no electronic entropy, the free energy equals the energy.
        """
        energy = float(energies[0] if len(energies) == 1 else energies.mean())
        found = {"energy": energy, "free_energy": energy}
        return found if forces is None else found | {"forces": forces[0] if len(forces) == 1 else forces.mean(axis=0)}

    def _with_baseline(self, results, stress_wanted):
        """The results and the baseline's; a stress that the baseline does not have is left out, if none is wanted."""
        if "stress" in results and "stress" not in getattr(self.baseline, "implemented_properties", ()):
            if stress_wanted:
                raise PropertyNotImplementedError("The baseline of this calculator has no stress, so the sum has none.")
            del results["stress"]
        for name in {"energy", "free_energy", "forces", "stress"} & set(results):
            part = "energy" if name == "free_energy" else name
            results[name] = results[name] + self.baseline.get_property(part, self.atoms)
        return results


class CommitteeCalculator(ForceFieldCalculator):
    """Mean energy, forces and stress of several force fields, and in `results` how far they disagree.

    `results["energy_spread"]` is a float, eV, and `results["force_spread"]` an array of shape (n_atoms,), eV/Å,
    as in `forcefield.committees`; a baseline is the same for all members and adds nothing to a spread.

    Parameters
    ----------
    members : sequence of ForceField or SparseGaussianProcess
        At least two, all with one descriptor.
    soap, n_atoms, baseline
        As in `ForceFieldCalculator`.

    Raises
    ------
    ValueError
        As in `ForceFieldCalculator`; and if there are fewer than two members, or their descriptors differ.

    Examples
    --------
    >>> atoms.calc = CommitteeCalculator(members)
    >>> atoms.get_forces(), atoms.calc.results["force_spread"]
    """

    implemented_properties = ("energy", "free_energy", "forces", "stress", "energy_spread", "force_spread")

    def __init__(self, members, soap=None, n_atoms=None, baseline=None):
        members = getattr(members, "members", members)  # a Committee, or a list
        if not isinstance(members, list | tuple) or len(members) < 2:
            raise ValueError("A CommitteeCalculator needs a list of at least 2 force fields; one alone has no spread.")
        super().__init__(members[0], soap, n_atoms, baseline)
        settings = [soap_settings(soap_on_atoms(member)) for member in members]
        if any(other != settings[0] for other in settings):
            raise ValueError("The members of a committee must share all settings of their descriptor; these differ.")
        self.frozen = [member.frozen() for member in members]
        for member in members:
            check_baseline(member, baseline)

    def _vote(self, energies, forces=None):
        found = super()._vote(energies, forces) | {"energy_spread": float(energy_spread(energies))}
        return found if forces is None else found | {"force_spread": force_spread(forces)}


def check_baseline(model, baseline):
    """Refuse a model whose labels lacked a repulsion, unless the same one is added again."""
    subtracted = model.provenance.get("subtracted")
    if subtracted is None:
        return
    given = baseline.settings() if isinstance(baseline, Repulsion) else None
    if given != subtracted:
        wanted = "{repulsion}, cutoff {cutoff} Å".format(**subtracted)
        other = "" if given is None else "; this is {repulsion}, cutoff {cutoff} Å".format(**given)
        raise ValueError(
            f"This force field was fitted to labels without a repulsion ({wanted}): "
            f"give the same as baseline=Repulsion(...){other}."
        )


def soap_on_atoms(model, soap=None):
    """The SOAP of a model with an attached centre on every atom; a given one must be the same in every setting."""
    if not hasattr(model, "frozen") or not hasattr(model, "provenance"):
        raise ValueError(
            f"A calculator needs one force field, such as ForceField.load gives; this is {type(model).__name__} "
            "(for several: CommitteeCalculator; for a file: ForceFieldCalculator.load)."
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
