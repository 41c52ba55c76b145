"""Lesson 11, exercises 11.1 to 11.3: noise, units and names of labels."""

import tempfile
from pathlib import Path

import ase
import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator
from ase.constraints import FixAtoms
from matplotlib import pyplot as plt

from forcefield.exercises.answers import StillWrong, array, function, number
from forcefield.labelled_files import read_labelled
from forcefield.plots import LINES, POINTS
from forcefield.written_files import write_structures


def labelled(positions, energy, forces):
    """Copper atoms with labels."""
    atoms = ase.Atoms(np.full(len(positions), 29), positions)
    atoms.calc = SinglePointCalculator(atoms, energy=energy, forces=forces)
    return atoms


def noisy_frames(noise, sizes, seed):
    """Clusters whose true forces (standard deviation 0.5 eV/Å) add up to zero, with noise of this size, eV/Å."""
    generator, frames = np.random.default_rng(seed), []
    for n_atoms in sizes:
        true = generator.normal(scale=0.5, size=(n_atoms, 3))
        forces = true - true.mean(axis=0) + generator.normal(scale=noise, size=(n_atoms, 3))
        positions = generator.uniform(0, 12, (n_atoms, 3))
        # Mirrored as well: a mean over frames that keeps the sign is zero, and not small by chance.
        frames += [labelled(positions, 0.0, forces), labelled(-positions, 0.0, -forces)]
    return frames


MIXED = tuple(range(5, 56, 2)) * 40


def judge_noise(answer):
    """Noise of frames of several sizes, made here: it is known."""
    noise_of = function(answer)
    exact = number(noise_of(noisy_frames(0.0, (13, 55), 0)), "noise_of(structures)", "eV/Å")
    if exact > 0.01:
        return (
            f"These forces are exact, and the answer is {exact:.2g} eV/Å: real forces are no noise. "
            "Which sum of them must be zero?"
        )
    found = number(noise_of(noisy_frames(0.1, MIXED, 1)), "noise_of(structures)", "eV/Å")
    small = number(noise_of(noisy_frames(0.1, (5,) * 100, 2)), "noise_of(structures)", "eV/Å")
    large = number(noise_of(noisy_frames(0.1, (55,) * 100, 3)), "noise_of(structures)", "eV/Å")
    if abs(found / 0.1**2 - 1) < 0.1:
        return f"The noise is 0.1 eV/Å, the answer {found:.2g}: this is its square, in eV²/Å²."
    if abs(found) < 0.02:
        return f"The noise is 0.1 eV/Å, the answer {found:.2g}: in a plain mean, positive and negative sums cancel."
    if large > 1.5 * small:
        return "The answer grows with the number of atoms, at the same noise. How large is a sum of N errors?"
    if large < small / 1.5:
        return (
            "The answer falls with the number of atoms, at the same noise: errors add up more slowly than their number."
        )
    if abs(found / 0.1 - np.sqrt(3)) < 0.12:
        return "The answer is too large by the root of 3: the noise is asked for one component, not for three together."
    if abs(found / 0.1 - np.sqrt(2 / np.pi)) < 0.08:
        return "The answer is 0.8 times the noise: that is a mean of absolute values. The noise is a root mean square."
    if abs(found / 0.1 - 0.92) < 0.02:
        return "The answer is 0.92 times the noise: the root of each frame is taken before the mean over frames."
    return "" if abs(found / 0.1 - 1) < 0.05 else f"The noise is 0.1 eV/Å, and the answer is {found:.3g}."


def draw_noise(answer):
    """Estimated against true noise."""
    noises = np.geomspace(0.003, 0.3, 7)
    figure, axes = plt.subplots(figsize=(5, 3))
    axes.loglog(noises, noises, **LINES["truth"], label="what was added")
    for n_atoms, role, size in ((13, "training", 9), (55, "model", 4)):
        found = [float(answer(noisy_frames(noise, (n_atoms,) * 40, 7))) for noise in noises]
        axes.loglog(noises, found, **POINTS[role] | {"markersize": size}, label=f"from clusters of {n_atoms}")
    axes.set(xlabel="noise added to the forces (eV/Å)", ylabel="noise found (eV/Å)")
    axes.legend(fontsize=9)
    return (
        figure,
        "Noise found against noise added, for clusters of 13 and of 55 atoms, beside the line where both agree.",
    )


def judge_factors(answer, structures):
    """Two factors, of energies and of forces: a file with such labels must be accepted."""
    energy, forces = array(answer, (2,), "The answer (factor of the energies, factor of the forces)")
    if 0 in (energy, forces):
        return "A factor of zero leaves no labels."
    if max(abs(energy - 1), abs(forces - 1)) < 0.2:
        return "These labels are right, or nearly so: change them by a factor of at least two, up or down."
    try:
        said = _reading(structures, energy, forces)
    except ValueError as problem:
        said = str(problem).split(": ", 1)[1].split(" (accept")[0]
    if said:
        hint = "" if energy == forces else " What does the comparison see if both change alike?"
        return f"It is noticed: {said}.{hint}"
    return (
        "" if min(max(energy, 1 / energy), max(forces, 1 / forces)) >= 2 else "Use a factor of at least two for both."
    )


def _reading(structures, energy, forces):
    """What `read_labelled` says of these structures with labels times two factors; empty if it accepts them."""
    changed = [labelled_like(one, energy * one.get_potential_energy(), forces * one.get_forces()) for one in structures]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "yours.extxyz"
        write_structures(path, changed)
        read_labelled(path)
    return ""


def labelled_like(structure, energy, forces):
    """A copy with other labels."""
    copy = structure.copy()
    copy.calc = SinglePointCalculator(copy, energy=energy, forces=forces)
    return copy


def label_frames():
    """Frames with labels where ASE, or a program with names of its own, puts them; and two without all labels."""
    generator = np.random.default_rng(4)
    positions, forces = generator.uniform(0, 6, (5, 3)), generator.normal(size=(5, 3))
    by_ase, zero = labelled(positions, -12.5, forces), labelled(positions + 0.1, 0.0, forces + 1)
    renamed = ase.Atoms(by_ase.numbers, positions, info={"REF_energy": -7.25})
    renamed.set_array("REF_forces", 2 * forces)
    renamed_zero = renamed.copy()
    renamed_zero.info["REF_energy"] = 0.0
    fixed = labelled(positions, -3.0, forces)
    fixed.set_constraint(FixAtoms([0, 1]))
    bare, half, other_half = ase.Atoms(by_ase.numbers, positions), renamed.copy(), renamed.copy()
    del half.arrays["REF_forces"], other_half.info["REF_energy"]
    whole = {
        "labels that ASE has read": (by_ase, -12.5, forces),
        'labels called "REF_energy" and "REF_forces"': (renamed, -7.25, 2 * forces),
        "labels that ASE has read, with an energy of 0": (zero, 0.0, forces + 1),
        "labels called REF_..., with an energy of 0": (renamed_zero, 0.0, 2 * forces),
        "two atoms held fixed": (fixed, -3.0, forces),
    }
    return whole, {"no labels": bare, "an energy and no forces": half, "forces and no energy": other_half}


def judge_labels(answer):
    """Labels found wherever they are, and missing ones refused."""
    whole, missing = label_frames()
    labels_in = function(answer)
    for what, (frame, energy, forces) in whole.items():
        try:
            given = labels_in(frame)
        except StillWrong as problem:
            raise StillWrong(f"For a frame with {what}: {problem}") from None
        if not isinstance(given, tuple | list) or len(given) != 2:
            return f"For a frame with {what} it should return two things, energy and forces; it returns {given!r:.40}."
        found = number(given[0], "The energy", "eV"), array(given[1], (5, 3), "The array of forces", "eV/Å")
        if what == "two atoms held fixed" and not found[1][:2].any():
            return "`get_forces` sets the forces of atoms that are held fixed to zero. The labels are in the results."
        if abs(found[0] - energy) > 1e-9 or not np.allclose(found[1], forces):
            return (
                f"For a frame with {what} they are not the labels: the energy is {found[0]:g} instead of {energy:g} eV."
            )
    for what, frame in missing.items():
        try:
            labels_in(frame)
        except StillWrong as problem:
            if "stopped with ValueError" in str(problem):
                continue
            return f"A frame with {what} should give a ValueError with a sentence. {problem}"
        return f"A frame with {what} gets labels all the same: what a fit would learn from there was never computed."
    return ""


def draw_labels(answer):
    """Energies found beside those of the frames."""
    whole, _ = label_frames()
    true = [energy for _, energy, _ in whole.values()]
    figure, axes = plt.subplots(figsize=(5, 2.6))
    axes.plot(true, "_", markersize=22, color=LINES["truth"]["color"], label="in the frame")
    axes.plot([float(answer(frame)[0]) for frame, _, _ in whole.values()], **POINTS["model"], label="found")
    axes.set(xticks=range(5), xticklabels=["ASE", "REF_", "ASE, 0", "REF_, 0", "fixed"], ylabel="energy (eV)")
    axes.legend()
    return figure, "Energies of five frames with labels at different places, and those that the function finds."
