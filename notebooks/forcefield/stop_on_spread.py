"""Dynamics that stops where a committee disagrees."""

from forcefield import checks


class StopOnSpread:
    """Observer of an ASE run: stops it when the largest force spread of an atom passes a limit, and keeps the frame.

    Parameters
    ----------
    dynamics : ase.md.md.MolecularDynamics or ase.optimize.optimize.Optimizer
        Its atoms have a `CommitteeCalculator`.
    limit : float
        eV/Å, above 0.

    Attributes
    ----------
    spreads : list of float
        The largest spread of an atom at each call, eV/Å.
    frame : ase.Atoms or None
        A copy of the atoms where the limit was passed, without a calculator; None as long as it was not.

    Raises
    ------
    ValueError
        If the limit is not above 0, or if the calculator gives no spread.

    References
    ----------
    Z. Li, J. R. Kermode, A. De Vita, Phys. Rev. Lett. 114, 096405 (2015), doi:10.1103/PhysRevLett.114.096405;
    R. Jinnouchi, F. Karsai, G. Kresse, Phys. Rev. B 100, 014105 (2019), doi:10.1103/PhysRevB.100.014105.

    Examples
    --------
    >>> stop = StopOnSpread(dynamics, limit=0.3)
    >>> dynamics.attach(stop)
    >>> dynamics.run(4000)
    >>> stop.frame  # to be labelled, or None
    """

    def __init__(self, dynamics, limit):
        limit = checks.positive("The limit of the force spread", limit, "eV/Å")
        if not hasattr(dynamics, "max_steps") or not hasattr(dynamics, "atoms"):
            raise ValueError("dynamics must be a run of ASE, such as langevin(...) gives.")
        if "force_spread" not in getattr(dynamics.atoms.calc, "implemented_properties", ()):
            raise ValueError("Only a committee has a spread: give the atoms a CommitteeCalculator.")
        self.dynamics, self.limit, self.spreads, self.frame = dynamics, limit, [], None

    def __call__(self):
        """Called by ASE after each step (or each `interval` of them)."""
        atoms = self.dynamics.atoms
        self.spreads.append(float(atoms.calc.get_property("force_spread", atoms).max()))
        if self.spreads[-1] > self.limit:
            self.frame = atoms.copy()
            self.dynamics.max_steps = self.dynamics.nsteps  # ASE's loop ends when it has made this number of steps
