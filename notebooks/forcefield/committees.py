"""Committees: several models of one kind, how far they disagree, and what that is worth."""

import numpy as np


class Committee:
    """Several force fields for the same descriptor; their mean predicts, their spread is a doubt.

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
        self.members = list(members)
        if len(self.members) < 2:
            raise ValueError(f"A committee needs at least 2 members to disagree; it has {len(self.members)}.")

    def votes(self, descriptors, derivatives):
        """What every member says.

        Parameters
        ----------
        descriptors : ndarray of float64, shape (n_systems, n_centers, n_features)
        derivatives : ndarray of float64, shape (n_systems, n_centers, n_atoms, 3, n_features), 1/Å

        Returns
        -------
        energies : ndarray of float64, shape (n_members, n_systems), eV
        forces : ndarray of float64, shape (n_members, n_systems, n_atoms, 3), eV/Å
        """
        energies, forces = zip(*(member.predict(descriptors, derivatives) for member in self.members), strict=True)
        return np.array(energies), np.array(forces)

    def predict(self, descriptors, derivatives):
        """Mean of the members, as `ForceField.predict` gives it for one.

        Parameters
        ----------
        descriptors, derivatives
            As in `votes`.

        Returns
        -------
        energies : ndarray of float64, shape (n_systems,), eV
        forces : ndarray of float64, shape (n_systems, n_atoms, 3), eV/Å
            Minus the derivative of the mean energy: taking means and derivatives can be swapped.
        """
        energies, forces = self.votes(descriptors, derivatives)
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
        If there are fewer than two members.
    """
    return _spread(energies)


def force_spread(forces):
    """How far the members' forces on each atom scatter about their mean.

    The root of the sum over x, y and z of the variances, so that it is the same however the structure is
    turned, and so that it can stand beside the length of the error vector.

    Parameters
    ----------
    forces : array_like of float, shape (n_members, n_systems, n_atoms, 3), eV/Å

    Returns
    -------
    ndarray of float64, shape (n_systems, n_atoms), eV/Å

    Raises
    ------
    ValueError
        If there are fewer than two members.
    """
    return np.sqrt((_spread(forces) ** 2).sum(axis=-1))


def _spread(votes):
    """Standard deviation over the first axis, with n_members - 1 in the denominator."""
    votes = np.asarray(votes, dtype=np.float64)
    if len(votes) < 2:
        raise ValueError(f"A spread needs at least 2 members; there is {len(votes)}.")
    return votes.std(axis=0, ddof=1)


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
        No unit. Above 1: the committee was too sure.

    Raises
    ------
    ValueError
        If shapes differ or a spread is not above zero.

    References
    ----------
    F. Musil et al., J. Chem. Theory Comput. 15, 906 (2019), doi:10.1021/acs.jctc.8b00959.
    G. Imbalzano et al., J. Chem. Phys. 154, 074102 (2021), doi:10.1063/5.0036522.
    """
    return float(np.sqrt(np.mean(_scores(errors, spreads) ** 2)))


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
    if not 0 < coverage < 1:
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
    """Sizes of the errors in units of the spreads."""
    errors, spreads = np.asarray(errors, dtype=np.float64), np.asarray(spreads, dtype=np.float64)
    if errors.shape != spreads.shape:
        raise ValueError(f"Errors and spreads must have one shape; they have {errors.shape} and {spreads.shape}.")
    if not np.all(spreads > 0):
        raise ValueError("Every spread must be above 0: a committee whose members all agree gives no scale.")
    return np.abs(errors) / spreads
