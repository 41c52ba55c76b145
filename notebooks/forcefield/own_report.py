"""The report on a reader's own force field: a table and a figure, to look at, to hand in, to print in a supplement."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import NullFormatter

from forcefield import checks
from forcefield.labelled_files import look_at
from forcefield.own_committee import covered, force_bound
from forcefield.pair_potential import PairPotential
from forcefield.plots import COLOURS
from forcefield.written_files import replaced_when_complete

FIGURE_ALT = (
    "Three panels and a table. Errors of energies and of force components against their labels, for training, test "
    "and (if any) the unseen composition; length of each atom's force error against the committee's spread, with "
    "the line of the 90 % bound, below which most points lie. The table has the mean absolute errors of each part, "
    "which also stand in the report's text file."
)
"""What `report_figure` shows, for readers who cannot see it."""

PARTS = ("training", "calibration", "test", "never trained on")
"""Parts that the figure knows."""

COLUMNS = {
    "frames": ("", "d"),
    "energy, spread of labels": ("meV/atom", ".1f"),
    "energy, pair potential": ("meV/atom", ".1f"),
    "energy, committee": ("meV/atom", ".2f"),
    "forces, spread of labels": ("meV/Å", ".0f"),
    "forces, pair potential": ("meV/Å", ".0f"),
    "forces, committee": ("meV/Å", ".1f"),
    "atoms within the 90 % bound": ("%", ".0f"),
}
"""Columns of the table, their units and formats."""


def error_table(parts):
    """Mean absolute errors of each part, beside the spread of its labels and beside a pair potential.

    Parameters
    ----------
    parts : dict of Predictions
        "training", on which the pair potential is fitted too, "calibration", and others.

    Returns
    -------
    dict of dict
        For each part the numbers of `COLUMNS`: the spread of labels is the mean absolute difference from the mean
        energy per atom of its composition, and the mean absolute force component.
    """
    for name in ("training", "calibration"):
        if name not in parts:
            raise ValueError(f"The table needs a part called {name!r}; the parts are {', '.join(parts)}.")
    baseline, factor = PairPotential(parts["training"].structures), force_bound(parts["calibration"])
    table = {}
    for name, part in parts.items():
        energies, forces = baseline.predict_structures(part.structures)
        formulas = np.array([structure.get_chemical_formula() for structure in part.structures])
        per_atom = part.true_energies / part.sizes
        means = {formula: per_atom[formulas == formula].mean() for formula in set(formulas)}
        true_forces = np.concatenate(part.true_forces)
        values = [
            len(part.structures),
            1e3 * np.abs(per_atom - [means[formula] for formula in formulas]).mean(),
            1e3 * np.abs((energies - part.true_energies) / part.sizes).mean(),
            1e3 * np.abs(part.energy_errors()).mean(),
            1e3 * np.abs(true_forces).mean(),
            1e3 * np.abs(np.concatenate(forces) - true_forces).mean(),
            1e3 * np.abs(part.force_errors()).mean(),
            100 * covered(part, factor),
        ]
        table[name] = dict(zip(COLUMNS, values, strict=True))
    return table


def table_text(table):
    """The table in Markdown, one row for each column of `COLUMNS`."""
    head = [f"| | {' | '.join(table)} |", "|---" * (len(table) + 1) + "|"]
    rows = [
        f"| {name}{f' ({unit})' if unit else ''} | {' | '.join(format(part[name], form) for part in table.values())} |"
        for name, (unit, form) in COLUMNS.items()
    ]
    return "\n".join(head + rows)


def report_figure(parts, table):
    """Energies and forces predicted and true, error against spread, and the table: one figure.

    Parameters
    ----------
    parts : dict of Predictions
    table : dict of dict
        As `error_table` gives it.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = plt.figure(figsize=(8, 6.4))
    grid = figure.add_gridspec(2, 3, height_ratios=(1, 0.95))
    energies, forces, atoms = (figure.add_subplot(grid[0, column]) for column in range(3))
    colours = dict(zip(PARTS, ("training", "validation", "model", "baseline"), strict=True))
    for name, marker in zip(PARTS, "osD^", strict=True):
        if name not in parts or name == "calibration":
            continue
        part = parts[name]
        look = {"markersize": 3, "color": COLOURS[colours[name]], "alpha": 0.6, "linestyle": "none", "marker": marker}
        energies.plot(part.true_energies / part.sizes, 1e3 * part.energy_errors(), **look, label=name)
        forces.plot(np.concatenate(part.true_forces).ravel(), 1e3 * part.force_errors().ravel(), **look)
        if name != "training":
            errors = np.linalg.norm(part.force_errors(), axis=1)
            atoms.loglog(1e3 * np.concatenate(part.force_spreads), 1e3 * errors, **look)
    ends = np.array(atoms.get_xlim())
    atoms.plot(ends, force_bound(parts["calibration"]) * ends, color=COLOURS["truth"], label="90 % bound")
    for axis in (atoms.xaxis, atoms.yaxis):
        axis.set_minor_formatter(NullFormatter())
    energies.set(xlabel="label (eV/atom)", ylabel="error (meV/atom)", title="energies")
    forces.set(xlabel="label (eV/Å)", ylabel="error (meV/Å)", title="force components")
    atoms.set(xlabel="spread (meV/Å)", ylabel="length of error (meV/Å)", title="forces on atoms")
    low, high = energies.get_ylim()
    energies.set_ylim(low, high + 0.4 * (high - low))  # room for the legend
    energies.legend(fontsize=8, markerscale=1.5, handletextpad=0.2, loc="upper left")
    atoms.legend(fontsize=8, loc="upper left")
    cells = [[format(part[name], form) for part in table.values()] for name, (_, form) in COLUMNS.items()]
    names = [f"{name} ({unit})" if unit else name for name, (unit, _) in COLUMNS.items()]
    below = figure.add_subplot(grid[1, :])
    below.axis("off")
    drawn = below.table(cells, rowLabels=names, colLabels=list(table), cellLoc="right", bbox=[0.34, 0, 0.66, 0.95])
    drawn.auto_set_font_size(False)
    drawn.set_fontsize(8.5)
    for cell in drawn.get_celld().values():
        cell.set_edgecolor("0.8")
    return figure


def write_report(folder, name, structures, parts, passed, replace=True):
    """Write name.md (what the data are, the table, the checks) and name.png into a folder; returns both paths.

    Parameters
    ----------
    folder : str or pathlib.Path
    name : str
    structures : list of ase.Atoms
        All that were read.
    parts : dict of Predictions
    passed : list of Check
        As `check_force_field` gives them.
    replace : bool
    """
    folder, table = checks.path(folder), error_table(parts)
    lines = [f"# {checks.words('name', name)}", "", "```", look_at(structures), "```", ""]
    frames = table["calibration"]["frames"]
    lines += ["Mean absolute errors:", "", table_text(table), "", f"The bound was calibrated on {frames} frames.", ""]
    lines += ["Checks:", "", *(f"- {check}" for check in passed), ""]
    text, picture = folder / f"{name}.md", folder / f"{name}.png"
    replaced_when_complete(text, replace, lambda file: file.write_text("\n".join(lines), encoding="utf-8"))
    figure = report_figure(parts, table)
    figure.tight_layout()
    replaced_when_complete(picture, replace, lambda file: figure.savefig(file, format="png", dpi=200))
    plt.close(figure)
    return text, picture
