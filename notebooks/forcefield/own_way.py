"""The whole way of lesson 11 in one call: from a labelled file to a tested force field and its report."""

from dataclasses import dataclass

from forcefield import checks
from forcefield.force_field_checks import check_force_field
from forcefield.labelled_files import read_labelled
from forcefield.own_committee import fit_committee, load_calculator, predictions, save_members
from forcefield.own_parts import memory_plan, own_parts, own_soap
from forcefield.own_report import error_table, write_report


@dataclass(frozen=True)
class OwnForceField:
    """What the whole way gives.

    Parameters
    ----------
    structures : list of ase.Atoms
        All that were read.
    memory : str
        What describing them takes.
    calculator : CommitteeCalculator
        Loaded from the saved members.
    parts : dict of Predictions
    table : dict of dict
        As `error_table` gives it.
    passed : list of Check
    report : tuple of pathlib.Path
        The table and the figure.
    """

    structures: list
    memory: str
    calculator: object
    parts: dict
    table: dict
    passed: list
    report: tuple


def whole_way(path, folder, name, never_trained_on=None, by="time", seed=0, n_members=3, **reading):
    """Read, check, split, describe, fit, save, load, test, calibrate and report.

    Parameters
    ----------
    path : str or pathlib.Path
        A file of labelled structures.
    folder : str or pathlib.Path
        Where members (name_0.npz, ...) and report (name.md, name.png) are saved.
    name : str
    never_trained_on, by, seed
        As in `own_parts`.
    n_members : int
        As in `fit_committee`.
    **reading
        Settings of `read_labelled`, such as energy="REF_energy" or index="::5".

    Returns
    -------
    OwnForceField

    Raises
    ------
    FileNotFoundError, ValueError
        In one sentence: what is wrong with the file or the settings, and what would be right.
    """
    try:
        structures = read_labelled(path, **reading)
    except TypeError:
        raise ValueError(
            "Reading takes energy, forces, energy_unit, force_unit, length_unit, gradients, periodic, skip, accept "
            f"and index, but not {', '.join(reading)}."
        ) from None
    parts = own_parts(structures, seed, never_trained_on, by)
    soap = own_soap(structures)
    memory = memory_plan(structures, soap)
    save_members(fit_committee(parts["training"], soap, n_members, seed), folder, checks.words("name", name))
    calculator = load_calculator(folder, name)
    found = {part: predictions(own, calculator) for part, own in parts.items()}
    passed = check_force_field(parts["test"][0], calculator)
    report = write_report(folder, name, structures, found, passed)
    return OwnForceField(structures, memory, calculator, found, error_table(found), passed, report)
