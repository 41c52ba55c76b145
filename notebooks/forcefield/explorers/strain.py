"""Explorer of lesson 09: what models predict for a stretched and sheared crystal, inside the data and outside."""

import functools
from dataclasses import dataclass

import numpy as np
from ase import units
from ase.calculators.emt import EMT
from scipy.interpolate import CubicSpline

from forcefield.checks import finite
from forcefield.crystals import (
    LARGEST_SHAPE_STRAIN,
    LARGEST_STRETCH,
    LATTICE_CONSTANT,
    copper_crystal,
    crystal_soap,
    deform,
)
from forcefield.elasticity import energies_of, volume_conserving_strains
from forcefield.explorers.base import Reading, figure_and_explorer
from forcefield.explorers.controls import slider
from forcefield.explorers.drawing import Mark, bare, legend_above, moving
from forcefield.plots import COLOURS, LINES, TRAINING_RANGE
from forcefield.reverse_soap import ReverseSoap

STRETCHES = np.linspace(-12, 15, 28)
"""Where the curves are drawn, %."""

HEIGHT = 4.2


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
    true_pressure, pressure : float and ndarray of float64, shape (n_models,)
        What holds the crystal there, by EMT and by the models: minus the mean of the stresses xx, yy and zz, GPa.
    place : str
        Where the crystal lies with respect to the training data, in words.
    """

    true_energies: np.ndarray
    energies: np.ndarray
    true_energy: float
    energy: np.ndarray
    true_pressure: float
    pressure: np.ndarray
    place: str


def strained(stretches, shear):
    """Perfect copper crystals of four atoms, stretched (each in %, of `LATTICE_CONSTANT`) and sheared (%)."""
    strain, _ = volume_conserving_strains(shear / 100)
    return [deform(copper_crystal(LATTICE_CONSTANT * (1 + stretch / 100)), strain) for stretch in stretches]


@functools.lru_cache(maxsize=64)
def true_curve(shear):
    """EMT's energies per atom over `STRETCHES`, shape (28,), eV; kept, because the stretch does not change them.

    EMT takes milliseconds for a cell: every third point is computed, and a spline gives the others.
    """
    computed = STRETCHES[::3]
    return CubicSpline(computed, energies_of(EMT(), strained(computed, shear)) / 4)(STRETCHES)


@functools.lru_cache(maxsize=1)
def reverse_soap():
    """Forces and virials on the descriptor of the crystal lesson; kept, because to make it takes time."""
    return ReverseSoap(crystal_soap())


def pressures(models, crystal):
    """Pressure of a crystal by EMT and by models, GPa: minus a third of the trace of the stress; float, (n_models,)."""
    crystal.calc = EMT()
    of_emt = -crystal.get_stress()[:3].mean() / units.GPa
    _, _, virials = reverse_soap().evaluate_all(crystal, [model.frozen() for model in models])
    return float(of_emt), -np.trace(virials, axis1=1, axis2=2) / 3 / crystal.get_volume() / units.GPa


def place(stretch, shear):
    """Say where a strained crystal (both in %) lies with respect to the training data."""
    reasons = []
    if abs(stretch) > 100 * LARGEST_STRETCH + 1e-9:
        change = "stretched" if stretch > 0 else "compressed"
        reasons.append(f"it is {change} more than any training frame ({100 * LARGEST_STRETCH:.0f} %)")
    if shear > 100 * LARGEST_SHAPE_STRAIN + 1e-9:
        reasons.append(f"it is sheared more than any training frame ({100 * LARGEST_SHAPE_STRAIN:.0f} %)")
    return "outside the training data: " + " and ".join(reasons) if reasons else "inside the training data"


def compute(models, stretch, shear):
    """Energies of a perfect copper crystal that is stretched and sheared, by EMT and by models of copper crystals.

    All edges change by `stretch`, in %. The crystal is then longer along x by `shear`, and shorter along y so that the
    volume stays, in %, from 0 to 50. (A negative shear only exchanges x and y.)
    """
    if finite("The stretch", stretch, "%") <= -100:
        raise ValueError(f"The stretch must be above -100 %; it is {stretch}.")
    if not 0 <= finite("The shear", shear, "%") <= 50:
        raise ValueError(f"The shear must be from 0 to 50 %; it is {shear}.")
    crystals = strained([*STRETCHES, stretch], shear)
    # All atoms of a perfect crystal have the same surroundings: the energy of one centre is that per atom.
    features = crystal_soap().create(crystals, centers=[[0]] * len(crystals))[:, 0]
    energies = np.array([model.frozen()(features)[0] for model in models])
    true_pressure, pressure = pressures(models, crystals[-1])
    return StrainReading(
        true_energies=true_curve(shear),
        energies=energies[:, :-1],
        true_energy=float(energies_of(EMT(), crystals[-1:])[0] / 4),
        energy=energies[:, -1],
        true_pressure=true_pressure,
        pressure=pressure,
        place=place(stretch, shear),
    )


def describe_reading(stretch, shear, result):
    """Read the picture in words."""
    predicted = ", ".join(f"{in_mev(energy):.1f}" for energy in result.energy)
    error = in_mev(np.abs(result.energy - result.true_energy).max())
    return Reading(
        f"Copper stretched by {round(stretch, 2) + 0.0:.2f} % and sheared by {shear:.2f} %: {result.place}. "
        f"EMT's energy is {in_mev(result.true_energy):.1f} meV/atom, its pressure "
        f"{in_gpa(result.true_pressure):.1f} GPa.",
        f"The models predict {predicted} meV/atom; the largest error is {error:.1f} meV/atom, "
        f"the models differ by {in_mev(np.ptp(result.energy)):.1f} meV/atom. "
        f"Their pressures are {', '.join(f'{in_gpa(value):.1f}' for value in result.pressure)} GPa.",
    )


def in_mev(energy):
    """An energy in eV as meV, rounded to one digit; no minus before a zero."""
    return np.round(1e3 * energy, 1) + 0.0


def in_gpa(pressure):
    """A pressure in GPa, rounded to one digit; no minus before a zero."""
    return np.round(pressure, 1) + 0.0


def outline_of(width, height):
    """Corners of two by two cells about the origin, x and y, Å."""
    return width * np.array([-1, 1, 1, -1, -1]), height * np.array([-1, -1, 1, 1, -1])


def build(figure, models):
    """Draw what stays, and return the function that moves the rest; `models` as in `compute`."""
    axes, view = figure.subplots(1, 2, width_ratios=(1.7, 1))
    figure.subplots_adjust(left=0.1, right=0.99, bottom=0.13, top=0.92, wspace=0.08)
    axes.set(xlim=(-12, 15), ylim=(-100, 1200), xlabel="stretch of all edges (%)", ylabel="energy per atom (meV)")
    edge = 100 * LARGEST_STRETCH
    # The data end in both directions: a shear beyond them leaves nothing shaded.
    data = axes.axvspan(-edge, edge, **TRAINING_RANGE, animated=True, label="training data")
    truth = moving(axes, **LINES["truth"], label="EMT")
    curves, points = [], []
    for count in range(len(models)):
        line, marker = (("--", "s"), ("-.", "^"), (":", "D"))[count % 3]
        curves.append(moving(axes, **LINES["model"] | {"linestyle": line}, label=f"model {count}"))
        points.append(Mark(axes, marker, color=COLOURS["model"], markersize=8, markerfacecolor="none"))
    true_point = Mark(axes, "o", color=COLOURS["truth"], markersize=6)
    legend_above(axes, [data, truth, *curves])
    bare(view, 10, "2 x 2 cells seen along z (10 Å wide)\ndotted: not strained")
    view.plot(*outline_of(LATTICE_CONSTANT, LATTICE_CONSTANT), color="0.2", linestyle=":")
    outline = moving(view, color=COLOURS["model"], linewidth=1.2)
    layers = [moving(view, "o", color=COLOURS["model"], markersize=15, markerfacecolor=face) for face in ("0.6", "1.0")]

    def update(stretch, shear):
        result = compute(models, stretch, shear)
        data.set_visible(shear <= 100 * LARGEST_SHAPE_STRAIN + 1e-9)
        truth.set_data(STRETCHES, 1e3 * result.true_energies)
        for curve, point, energies, energy in zip(curves, points, result.energies, result.energy, strict=True):
            curve.set_data(STRETCHES, 1e3 * energies)
            point.move(stretch, 1e3 * energy)
        true_point.move(stretch, 1e3 * result.true_energy)
        width, height = strained([stretch], shear)[0].cell.lengths()[:2]
        outline.set_data(*outline_of(width, height))
        # Half an edge from atom to atom; the layer half an edge behind has the places that the first leaves free.
        i, j = np.indices((5, 5)).reshape(2, -1) - 2
        for layer, chosen in zip(layers, ((i + j) % 2 == 1, (i + j) % 2 == 0), strict=True):
            layer.set_data(i[chosen] * width / 2, j[chosen] * height / 2)
        return describe_reading(stretch, shear, result)

    return update


def controls():
    """The controls."""
    return {
        "stretch": slider("Stretch of all edges (%)", 0.0, -12.0, 15.0, 0.5),
        "shear": slider("Shear (%)", 0.0, 0.0, 12.0, 0.5),
    }


strain_figure, strain_explorer = figure_and_explorer(build, controls, HEIGHT)
