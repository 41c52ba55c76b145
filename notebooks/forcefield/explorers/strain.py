"""Explorer of lesson 09: what models say of a crystal that is stretched and sheared, inside the data and outside."""

import functools
from dataclasses import dataclass

import numpy as np
from ase.calculators.emt import EMT
from scipy.interpolate import CubicSpline

from forcefield.crystals import (
    LARGEST_SHAPE_STRAIN,
    LARGEST_STRETCH,
    LATTICE_CONSTANT,
    copper_crystal,
    crystal_soap,
    deform,
)
from forcefield.elasticity import energies_of, volume_conserving_strains
from forcefield.explorers.base import Explorer, Reading, default_figure, slider
from forcefield.plots import COLOURS

STRETCHES = np.linspace(-12, 15, 28)
"""Where the curves are drawn, %."""

HEIGHT = 4.4


@dataclass(frozen=True)
class StrainReading:
    """What the strain explorer shows.

    Parameters
    ----------
    true_energies : ndarray of float64, shape (28,)
        EMT's energies per atom over `STRETCHES`, the crystal sheared, eV.
    energies : ndarray of float64, shape (n_models, 28)
        Those of the models, eV.
    true_energy : float
        At the stretch asked for, eV per atom.
    energy : ndarray of float64, shape (n_models,)
        Of the models there, eV per atom.
    place : str
        Where the crystal lies with respect to the training data, in words.
    """

    true_energies: np.ndarray
    energies: np.ndarray
    true_energy: float
    energy: np.ndarray
    place: str


def strained(stretches, shear):
    """Perfect copper crystals, four atoms in each cell.

    Parameters
    ----------
    stretches : array_like of float, shape (n,)
        Of all edges with respect to `LATTICE_CONSTANT`, %.
    shear : float
        As in `compute`.

    Returns
    -------
    list of ase.Atoms, length n
    """
    strain, _ = volume_conserving_strains(shear / 100)
    return [deform(copper_crystal(LATTICE_CONSTANT * (1 + stretch / 100)), strain) for stretch in stretches]


@functools.lru_cache(maxsize=64)
def true_curve(shear):
    """EMT's energies per atom over `STRETCHES`; kept, because the stretch asked for does not change them.

    EMT takes milliseconds for a cell: every third point is computed, and a spline gives the others.

    Parameters
    ----------
    shear : float
        As in `compute`.

    Returns
    -------
    ndarray of float64, shape (28,), eV
    """
    computed = STRETCHES[::3]
    return CubicSpline(computed, energies_of(EMT(), strained(computed, shear)) / 4)(STRETCHES)


def place(stretch, shear):
    """Say where a strained crystal lies with respect to the training data.

    Parameters
    ----------
    stretch, shear : float
        As in `compute`.

    Returns
    -------
    str
    """
    reasons = []
    if abs(stretch) > 100 * LARGEST_STRETCH + 1e-9:
        change = "stretched" if stretch > 0 else "compressed"
        reasons.append(f"it is {change} more than any training frame ({100 * LARGEST_STRETCH:.0f} %)")
    if shear > 100 * LARGEST_SHAPE_STRAIN + 1e-9:
        reasons.append(f"it is sheared more than any training frame ({100 * LARGEST_SHAPE_STRAIN:.0f} %)")
    return "outside the training data: " + " and ".join(reasons) if reasons else "inside the training data"


def compute(models, stretch, shear):
    """Energies of a perfect copper crystal that is stretched and sheared, by EMT and by models.

    Parameters
    ----------
    models : sequence of ForceField
        Models of copper crystals, with the descriptor of `crystal_soap` and a centre on every atom.
    stretch : float
        Of all edges with respect to `LATTICE_CONSTANT`, %, above -100.
    shear : float
        The crystal is longer along x by this, and shorter along y so that the volume stays, %, from 0 to 50.
        (A negative shear only exchanges x and y.)

    Returns
    -------
    StrainReading

    Raises
    ------
    ValueError
        If stretch or shear is out of its range or not a finite number.
    """
    if not (np.isfinite(stretch) and stretch > -100):
        raise ValueError(f"The stretch must be a finite number above -100 %; it is {stretch}.")
    if not 0 <= shear <= 50:
        raise ValueError(f"The shear must be from 0 to 50 %; it is {shear}.")
    crystals = strained([*STRETCHES, stretch], shear)
    # All atoms of a perfect crystal have the same surroundings: the energy of one centre is that per atom.
    features = crystal_soap().create(crystals, centers=[[0]] * len(crystals))[:, 0]
    energies = np.array([model.frozen()(features)[0] for model in models])
    return StrainReading(
        true_energies=true_curve(shear),
        energies=energies[:, :-1],
        true_energy=float(energies_of(EMT(), crystals[-1:])[0] / 4),
        energy=energies[:, -1],
        place=place(stretch, shear),
    )


def describe_reading(stretch, shear, result):
    """Read the picture in words.

    Parameters
    ----------
    stretch, shear
        As in `compute`.
    result : StrainReading

    Returns
    -------
    Reading
    """
    said = ", ".join(f"{1e3 * energy:.0f}" for energy in result.energy)
    miss = 1e3 * np.abs(result.energy - result.true_energy).max()
    return Reading(
        f"Copper stretched by {round(stretch, 2) + 0.0:.2f} % and sheared by {shear:.2f} %: {result.place}. "
        f"EMT's energy is {round(1e3 * result.true_energy, 1) + 0.0:.1f} meV/atom.",
        f"The models say {said} meV/atom; the largest miss is {miss:.2g} meV/atom, "
        f"the models lie within {1e3 * np.ptp(result.energy):.2g} meV/atom.",
    )


def build(figure, models):
    """Draw what stays, and return the function that moves the rest.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    models : sequence of ForceField
        As in `compute`.

    Returns
    -------
    callable
        ``update(stretch, shear)``, which returns a `Reading`.
    """
    axes = figure.subplots()
    figure.subplots_adjust(left=0.09, right=0.98, bottom=0.13, top=0.9)
    axes.set(xlim=(-12, 15), ylim=(-0.1, 1.2), xlabel="stretch of all edges (%)", ylabel="energy per atom (eV)")
    edge = 100 * LARGEST_STRETCH

    def moving(*style, **settings):
        return axes.plot([], [], *style, animated=True, **settings)[0]

    # The data end in both directions: a shear beyond them leaves nothing shaded.
    data = axes.axvspan(
        -edge, edge, color=COLOURS["extra"], alpha=0.15, linewidth=0, animated=True, label="training data"
    )
    truth = moving(color=COLOURS["truth"], label="EMT")
    styles = [("-", "o"), ("--", "s"), (":", "^")]
    curves, points = [], []
    for count in range(len(models)):
        line, marker = styles[count % 3]
        curves.append(moving(linestyle=line, color=COLOURS["model"], label=f"model {count}"))
        points.append(moving(marker, color=COLOURS["model"], markersize=8, markerfacecolor="none"))
    true_point = moving("o", color=COLOURS["truth"], markersize=6)
    axes.legend(handles=[data, truth, *curves], loc="lower left", bbox_to_anchor=(0, 0.98), ncols=5, columnspacing=1.0)

    def update(stretch, shear):
        result = compute(models, stretch, shear)
        data.set_visible(shear <= 100 * LARGEST_SHAPE_STRAIN + 1e-9)
        truth.set_data(STRETCHES, result.true_energies)
        true_point.set_data([stretch], [min(result.true_energy, 1.18)])  # what is off the scale is drawn at its end
        for curve, point, energies, energy in zip(curves, points, result.energies, result.energy, strict=True):
            curve.set_data(STRETCHES, energies)
            point.set_data([stretch], [np.clip(energy, -0.08, 1.18)])
        return describe_reading(stretch, shear, result)

    return update


def controls():
    """The controls.

    Returns
    -------
    dict of ipywidgets.Widget
    """
    return {
        "stretch": slider("Stretch of all edges (%)", 0.0, -12.0, 15.0, 0.5),
        "shear": slider("Shear (%)", 0.0, 0.0, 12.0, 0.5),
    }


def strain_figure(models):
    """The figure of the default values and its alt text.

    Parameters
    ----------
    models : sequence of ForceField
        As in `compute`.

    Returns
    -------
    tuple of matplotlib.figure.Figure and str
    """
    defaults = {name: control.value for name, control in controls().items()}
    return default_figure(lambda figure: build(figure, models), defaults, HEIGHT)


def strain_explorer(models):
    """The explorer.

    Parameters
    ----------
    models : sequence of ForceField
        As in `compute`.

    Returns
    -------
    Explorer
    """
    return Explorer(lambda figure: build(figure, models), controls(), HEIGHT)
