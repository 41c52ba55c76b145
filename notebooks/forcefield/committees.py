"""Committees: several models of one kind, how far they disagree, and what that is worth."""

from collections.abc import Iterable

import numpy as np

from forcefield import checks


class Committee:
    """Several force fields for the same descriptor; their mean predicts, their spread estimates the uncertainty.

    Parameters
    ----------
    members : sequence of ForceField
        At least two, for instance of different seeds.

    Raises
    ------
    ValueError
        If there are fewer than two members.

    References
    ----------
    B. Lakshminarayanan, A. Pritzel, C. Blundell, NeurIPS 2017, arXiv:1612.01474.
    """

    def __init__(self, members):
        self.members = list(members) if isinstance(members, Iterable) else [members]
        if len(self.members) < 2:
            raise ValueError(f"A committee needs at least 2 members to disagree; it has {len(self.members)}.")
        if not all(hasattr(member, "provenance") for member in self.members):
            raise ValueError("Every member of a committee must be a force field, as train or ForceField.load gives it.")
        if any(
            member.provenance.get("descriptor") != self.members[0].provenance.get("descriptor")
            for member in self.members
        ):
            raise ValueError("The members of a committee must share all settings of their descriptor; these differ.")

    def votes(self, descriptors, derivatives, numbers=None):
        """What every member predicts.

        Parameters
        ----------
        descriptors : ndarray of float64, shape (n_systems, n_centers, n_features)
        derivatives : ndarray of float64, shape (n_systems, n_centers, n_atoms, 3, n_features), 1/Å
        numbers : ndarray of int, shape (n_centers,), optional
            Atomic numbers of the centres, for models of several elements.

        Returns
        -------
        energies : ndarray of float64, shape (n_members, n_systems), eV
        forces : ndarray of float64, shape (n_members, n_systems, n_atoms, 3), eV/Å
        """
        energies, forces = zip(
            *(member.predict(descriptors, derivatives, numbers) for member in self.members), strict=True
        )
        return np.array(energies), np.array(forces)

    def predict(self, descriptors, derivatives, numbers=None):
        """Mean of the members; arguments, shapes and units as in `ForceField.predict`.

        The forces are minus the derivative of the mean energy: taking means and derivatives can be swapped.
        """
        energies, forces = self.votes(descriptors, derivatives, numbers)
        return energies.mean(axis=0), forces.mean(axis=0)


def energy_spread(energies):
    """Standard deviation of the energies over the members.

    Parameters
    ----------
    energies : array_like of float, shape (n_members, n_systems), eV

    Returns
    -------
    ndarray of float64, shape (n_systems,), eV

    Raises
    ------
    ValueError
        If there are fewer than two members or an energy is not finite.
    """
    return np.sqrt(_variance(energies))


def force_spread(forces):
    """How far the members' forces on each atom scatter about their mean.

    The root of the sum over x, y and z of the variances, so that it is the same however the structure is
    turned, and so that it can stand beside the length of the error vector.

    Parameters
    ----------
    forces : array_like of float, shape (n_members, ..., 3), eV/Å
        For instance (n_members, n_systems, n_atoms, 3).

    Returns
    -------
    ndarray of float64, shape (...), eV/Å

    Raises
    ------
    ValueError
        If there are fewer than two members, if the last axis is not x, y, z, or if a force is not finite.
    """
    forces = checks.array("The members' forces", forces, None)
    if forces.ndim < 2 or forces.shape[-1] != 3:
        raise ValueError(f"Forces must have shape (n_members, ..., 3); these have {forces.shape}.")
    return np.sqrt(_variance(forces).sum(axis=-1))


def _variance(votes):
    """Variance over the first axis, with n_members - 1 in the denominator."""
    votes = checks.array("The members' predictions", votes, None)
    if votes.ndim == 0 or len(votes) < 2:
        raise ValueError(f"A spread needs at least 2 members; there is {len(votes) if votes.ndim else 'one number'}.")
    return votes.var(axis=0, ddof=1)


def calibration_factor(errors, spreads):
    """The one number by which spreads must be multiplied to be of the size of the errors.

    It makes the mean of (error / (factor * spread))^2 equal to 1. For errors drawn from a normal distribution
    this is the choice of maximum likelihood.

    Parameters
    ----------
    errors : array_like of float
        Errors of the committee's mean; lengths of error vectors for forces. From points that no member was
        fitted to.
    spreads : array_like of float, the same shape and unit
        Above zero.

    Returns
    -------
    float
        No unit. Above `perfect_calibration_factor`: the spreads were too small.

    Raises
    ------
    ValueError
        If there are none, if shapes differ, if one is not finite or a spread is not above zero.

    References
    ----------
    F. Musil et al., J. Chem. Theory Comput. 15, 906 (2019), doi:10.1021/acs.jctc.8b00959.
    G. Imbalzano et al., J. Chem. Phys. 154, 074102 (2021), doi:10.1063/5.0036522.
    """
    return float(np.sqrt(np.mean(_scores(errors, spreads) ** 2)))


def perfect_calibration_factor(n_members, n_components=3):
    """The `calibration_factor` of a perfect committee: members and truth are draws from one normal distribution.

    It is above 1, because the mean of a few members misses the truth by more than a member's variance, and
    because a spread of a few members is sometimes small by chance. With M members and d components,

    factor^2 = (1 + 1/M) * d (M - 1) / (d (M - 1) - 2),

    since error^2 / spread^2 is (1 + 1/M) times a variable with Fisher's F distribution, of d and d (M - 1) degrees
    of freedom, whose mean is d (M - 1) / (d (M - 1) - 2).

    Parameters
    ----------
    n_members : int
        At least 2 (forces) or 4 (energies): with fewer the mean is infinite.
    n_components : int
        3 for force vectors, 1 for energies.

    Returns
    -------
    float
        No unit. Force vectors: 1.41 for 3 members, 1.20 for 5, 1.05 for 16.

    Raises
    ------
    ValueError
        If there are too few members.

    References
    ----------
    G. Imbalzano et al., J. Chem. Phys. 154, 074102 (2021), doi:10.1063/5.0036522 (the case of one component).
    """
    n_members = checks.whole_number("n_members", n_members, 2)
    freedom = checks.whole_number("n_components", n_components, 1) * (n_members - 1)
    if freedom <= 2:
        raise ValueError(f"{n_members} members and {n_components} component(s) give no finite mean: take more members.")
    return float(np.sqrt((1 + 1 / n_members) * freedom / (freedom - 2)))


def conformal_factor(errors, spreads, coverage):
    """Factor on the spread that bounds a new error with a chosen probability: split conformal prediction.

    With n calibration scores |error| / spread, it is the k-th smallest of them, k = ceil((n + 1) * coverage).
    If the new score and these are exchangeable (their order carries no information), then
    |error| <= factor * spread holds with at least this probability, whatever the distribution. With spreads that
    are all 1 this is the bound of constant width.

    Parameters
    ----------
    errors, spreads
        As in `calibration_factor`; from calibration points.
    coverage : float
        Between 0 and 1, such as 0.9.

    Returns
    -------
    float
        No unit.

    Raises
    ------
    ValueError
        If the coverage is not between 0 and 1, or if there are too few points for it.

    References
    ----------
    J. Lei et al., J. Am. Stat. Assoc. 113, 1094 (2018), doi:10.1080/01621459.2017.1307116.
    A. N. Angelopoulos, S. Bates, arXiv:2107.07511.
    """
    if not 0 < checks.finite("The coverage", coverage) < 1:
        raise ValueError(f"The coverage must lie between 0 and 1, such as 0.9; it is {coverage}.")
    scores = np.sort(_scores(errors, spreads), axis=None)
    # Rounded first: 0.9 * 10 must be 9 and not the next whole number above 9.000000000000002.
    rank = int(np.ceil(round((len(scores) + 1) * coverage, 9)))
    if rank > len(scores):
        needed = int(np.ceil(round(coverage / (1 - coverage), 9)))
        raise ValueError(
            f"A coverage of {coverage:g} needs at least {needed} calibration points; there are {len(scores)}."
        )
    return float(scores[rank - 1])


def _scores(errors, spreads):
    """Sizes of the errors in units of the spreads, of the same shape."""
    errors, spreads = checks.array("errors", errors, None), checks.array("spreads", spreads, None)
    if errors.shape != spreads.shape:
        raise ValueError(f"Errors and spreads must have one shape; they have {errors.shape} and {spreads.shape}.")
    if errors.size == 0:
        raise ValueError("There are no errors to compare spreads with.")
    if not np.all(spreads > 0):
        raise ValueError("Every spread must be above 0: a committee whose members all agree gives no scale.")
    return np.abs(errors) / spreads
