"""Lesson 9: what is said to answers about the stress and the bulk modulus."""

import functools

import numpy as np
from ase import units
from ase.calculators.emt import EMT
from matplotlib import pyplot as plt

from forcefield.crystals import copper_crystal, deform
from forcefield.elasticity import energies_of
from forcefield.exercises.answers import array, function, number
from forcefield.plots import COLOURS, LINES

NAMES = ("xx", "yy", "zz", "yz", "xz", "xy")
PLACES = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))


@functools.lru_cache(maxsize=1)
def pressed():
    """A copper cell that is pressed and sheared, and the slopes of EMT's energy by strain, (3, 3), eV."""
    crystal = deform(copper_crystal(3.6), np.array([[-0.03, 0.01, -0.02], [0.01, 0.0, 0.03], [-0.02, 0.03, -0.01]]))
    slopes = np.zeros((3, 3))
    for row, column in PLACES:
        strain = np.zeros((3, 3))
        strain[row, column] += 5e-5
        strain[column, row] += 5e-5  # on the diagonal 1e-4 in all; off it, both entries together change by as much
        above, below = energies_of(EMT(), [deform(crystal, strain), deform(crystal, -strain)])
        slopes[row, column] = slopes[column, row] = (above - below) / 2e-4
    return crystal, slopes


def stress_given(answer):
    """What the reader's function returns for the pressed cell, (6,), eV/Å³."""
    crystal, slopes = pressed()
    given = function(answer)(-slopes, crystal.get_volume())
    return array(given, (6,), "stress_for_ase(...)", "eV/Å³")


def judge_stress(answer):
    """The stress that follows from another program's virial, beside slopes of the energy."""
    given, (crystal, slopes) = stress_given(answer), pressed()
    true = np.array([slopes[place] for place in PLACES]) / crystal.get_volume()

    def agrees(other):
        return np.allclose(other, true, rtol=1e-6, atol=1e-9)

    if agrees(given):
        return ""
    volume, sizes = crystal.get_volume(), (np.sort(np.abs(given)), np.sort(np.abs(true)))
    if np.allclose(sizes[0], sizes[1] * volume):
        return "These are energies, eV: the numbers grow with the cell. What makes a stress of a virial?"
    if np.allclose(sizes[0] * units.GPa, sizes[1]):
        return "These are GPa: ASE wants eV/Å³."
    if any(np.allclose(sizes[0], sizes[1] * factor) for factor in (volume**2, 1 / volume)):
        return "The volume enters, but not as in stress = virial / volume."
    if agrees(-given):
        return "Sizes and order are right, the sign is not: in ASE the stress of a crystal under pressure is negative."
    if agrees(given * [1, 1, 1, 0.5, 0.5, 0.5]) or agrees(given * [1, 1, 1, 2, 2, 2]):
        return "The entries yz, xz and xy differ by a factor of 2: each is one entry of the matrix, taken once."
    if np.allclose(*sizes):
        wrong = [name for name, one, other in zip(NAMES, given, true, strict=True) if not np.isclose(one, other)]
        signs = " The signs are wrong, too." if given[0] * true[0] < 0 else ""
        return f"The six sizes are right, but not each at its place: look at {', '.join(wrong)}.{signs}"
    return "The numbers are not the slopes of the energy by the six strains, divided by the volume."


def draw_stress(answer):
    """Six components: slopes of the energy, and the answer."""
    given, (crystal, slopes) = stress_given(answer) / units.GPa, pressed()
    true = np.array([slopes[place] for place in PLACES]) / crystal.get_volume() / units.GPa
    figure, axes = plt.subplots(figsize=(6, 3))
    axes.bar(np.arange(6) - 0.2, true, 0.36, color=COLOURS["truth"], label="slopes of EMT's energy")
    axes.bar(np.arange(6) + 0.2, given, 0.36, color=COLOURS["model"], label="your function")
    axes.set(xticks=range(6), ylabel="stress (GPa)")
    axes.set_xticklabels(NAMES)
    axes.legend()
    largest = np.abs(given - true).max()
    return figure, (
        "Bars of the six stress components of a pressed and sheared copper cell, by slopes of the energy and by your "
        f"function; the largest difference is {largest:.1f} GPa."
    )


def murnaghan(volume, at_rest=47.0, modulus=140.0, slope=5.0):
    """Pressure of a crystal whose bulk modulus grows by `slope` times the pressure, GPa."""
    return modulus / slope * ((at_rest / volume) ** slope - 1)


def emt_pressure(volume):
    """Pressure that holds copper at this volume of 4 atoms, by EMT, GPa."""
    crystal = copper_crystal(np.cbrt(volume))
    crystal.calc = EMT()
    return -crystal.get_stress()[:3].mean() / units.GPa


def judge_bulk_modulus(answer):
    """The bulk modulus of a curve that is known, at rest and under pressure, and of EMT's."""
    modulus = function(answer)
    at_rest = number(modulus(murnaghan, 47.0), "bulk_modulus(pressure, 47.0)", "GPa")
    if np.isclose(at_rest, -140, rtol=0.02):
        return "The size is right, the sign is not: pressure falls when the volume grows."
    if np.isclose(abs(at_rest), 140 / 47, rtol=0.02):
        return "This is the slope dP/dV alone, GPa/Å³: B is a pressure, GPa."
    if np.isclose(abs(at_rest), 3 * 140, rtol=0.02) or np.isclose(abs(at_rest), 140 / 3, rtol=0.02):
        return "It is off by a factor of 3: an edge changes by a third of the share by which the volume does."
    if not np.isclose(at_rest, 140, rtol=0.02):
        said = f"A crystal with B = 140 GPa at 47 Å³ gets {at_rest:.4g} GPa."
        if any(np.isclose(abs(at_rest), 140 * factor, rtol=0.02) for factor in (2, 0.5)):
            return said + " A factor of 2: a central difference is divided by the distance of its two ends."
        if any(np.isclose(abs(at_rest), 140 * factor, rtol=0.02) for factor in (units.GPa, 1 / units.GPa)):
            return said + " The pressure is in GPa already."
        return said
    pressed_to = number(modulus(murnaghan, 40.0), "bulk_modulus(pressure, 40.0)", "GPa")
    if not np.isclose(pressed_to, 140 + 5 * murnaghan(40.0), rtol=0.02):
        return (
            f"At rest it is right; at 40 Å³, under {murnaghan(40.0):.0f} GPa, it gives {pressed_to:.0f} GPa instead of "
            f"{140 + 5 * murnaghan(40.0):.0f}. Take slope and volume at the volume that is asked for."
        )
    error = max(abs(at_rest / 140 - 1), abs(pressed_to / (140 + 5 * murnaghan(40.0)) - 1))
    if error > 1.2e-3:  # a central difference half an Å³ both ways is good enough
        return (
            f"It is off by {100 * error:.2g} %: the step is too wide or one-sided. "
            "A central difference over 0.1 Å³ will do."
        )
    return ""


def draw_bulk_modulus(answer):
    """EMT's pressure against the volume, with the slope that the answer gives."""
    volumes = np.linspace(42, 51, 19)
    pressures = [emt_pressure(volume) for volume in volumes]
    volume = float(np.interp(0, pressures[::-1], volumes[::-1]))
    modulus = number(function(answer)(emt_pressure, volume))
    figure, axes = plt.subplots(figsize=(6, 3.2))
    axes.plot(volumes, pressures, label="EMT", **LINES["truth"])
    near = np.array([volume - 2.5, volume + 2.5])
    axes.plot(near, -modulus / volume * (near - volume), label="slope of your B", **LINES["model"])
    axes.set(xlabel="volume of 4 atoms (Å$^3$)", ylabel="pressure (GPa)", ylim=(-14, 22))
    axes.legend()
    return figure, (
        "EMT's pressure against the volume falls through zero near 46 Å³; the dashed line has the slope of a bulk "
        f"modulus of {modulus:.0f} GPa there."
    )
