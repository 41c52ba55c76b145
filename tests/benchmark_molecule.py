"""Lesson 10's force field over three draws of its 320 frames: errors, reaction, vibrations; cheap labels first.

Run it from the folder of the course: `.venv/bin/python tests/benchmark_molecule.py` (two minutes).
"""

import sys
import time
from pathlib import Path

import numpy as np
from ase.build import minimize_rotation_and_translation
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import read
from ase.mep import NEB
from ase.optimize import BFGS

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "notebooks"))

from forcefield import molecule
from forcefield.calculator import ForceFieldCalculator
from forcefield.descriptors import make_soap
from forcefield.finite_differences import central_difference
from forcefield.full_gaussian_process import GaussianProcess
from forcefield.lesson import start_lesson
from forcefield.several_sets import LabelledStructures

FRAMES = read(molecule.LABELS / "malonaldehyde.extxyz.gz", ":")
LEARN, TEST, _ = molecule.rows_in_time(FRAMES)
SOAP = make_soap(("H", "C", "O"), cutoff_radius=5.0, sigma=0.4, n_max=4, l_max=4)
ENERGIES = np.array([frame.get_potential_energy() for frame in FRAMES])
FORCES = np.array([frame.get_forces() for frame in FRAMES])
MINIMUM, SADDLE, PATH = molecule.reaction_path()


def drawn(n_frames, seed):
    """Rows of frames to learn from."""
    return np.sort(np.random.default_rng(seed).permutation(LEARN)[:n_frames])


def fitted(structures):
    return GaussianProcess(LabelledStructures(structures, SOAP))


def errors(energies, forces):
    """Mean absolute errors on the test frames, meV and meV/Å."""
    return 1e3 * np.abs(energies - ENERGIES[TEST]).mean(), 1e3 * np.abs(forces - FORCES[TEST]).mean()


def band(calculator):
    """Minimum and transition state of a calculator, and its barrier, meV."""
    first = MINIMUM.copy()
    first.rattle(0.05, seed=1)
    first.calc = calculator
    BFGS(first, logfile=None).run(fmax=0.001, steps=300)
    last = first.copy()
    last.positions = first.positions[list(molecule.EXCHANGED)]
    minimize_rotation_and_translation(first, last)
    images = [first.copy() for _ in range(14)] + [last]
    chain = NEB(images, climb=True, method="improvedtangent", allow_shared_calculator=True)
    chain.interpolate("idpp")
    for image in images:
        image.calc = calculator
    BFGS(chain, logfile=None).run(fmax=0.02, steps=100)
    energies = [image.get_potential_energy() for image in images]
    return first, images[int(np.argmax(energies))], 1e3 * (max(energies) - energies[0])


def frequency_errors(calculator, structure, true):
    """Mean absolute difference of the frequencies from DFT's, cm⁻¹."""

    def forces_at(positions):
        moved = structure.copy()
        moved.positions, moved.calc = positions, calculator
        return moved.get_forces()

    hessian = -central_difference(forces_at, structure.positions, 0.005).reshape(27, 27)
    found, expected = (molecule.vibrations(each, MINIMUM.get_masses()) for each in (hessian, true.info["hessian"]))
    return np.abs(found - expected).mean()


def main():
    start_lesson()
    test_frames = [FRAMES[row] for row in TEST]
    true_barrier = 1e3 * (SADDLE.get_potential_energy() - MINIMUM.get_potential_energy())
    print("320 frames: meV, meV/Å; largest error on the path (meV); barrier (meV), distances (Å), frequencies (cm⁻¹)")
    for seed in range(3):
        start = time.process_time()
        model = fitted([FRAMES[row] for row in drawn(320, seed)])
        seconds, calculator = time.process_time() - start, ForceFieldCalculator(model)
        energy, force = errors(*model.predict_structures(test_frames))
        on_path = model.predict_structures(PATH)[0] - [structure.get_potential_energy() for structure in PATH]
        first, top, barrier = band(calculator)
        pairs = ((first, MINIMUM), (top, SADDLE))
        apart = [np.abs(own.get_all_distances() - true.get_all_distances()).max() for own, true in pairs]
        frequencies = [frequency_errors(calculator, own, true) for own, true in pairs]
        print(
            f"draw {seed}: {energy:.2f}, {force:.1f}; {1e3 * np.abs(on_path).max():.2f}; "
            f"{barrier - true_barrier:+.2f}, {apart[0]:.4f} and {apart[1]:.4f}, "
            f"{frequencies[0]:.1f} and {frequencies[1]:.1f}; fit {seconds:.1f} CPU s",
            flush=True,
        )
    cheap = fitted(read(molecule.LABELS / "malonaldehyde_gfn2.extxyz.gz", "::5"))
    cheap_energies, cheap_forces = cheap.predict_structures(test_frames)
    for seed in range(3):
        rows, differences = drawn(40, seed), []
        for row in rows:
            copy, forces = FRAMES[row].copy(), FORCES[row] - FRAMES[row].arrays["gfn2_forces"]
            copy.calc = SinglePointCalculator(
                copy, energy=ENERGIES[row] - FRAMES[row].info["gfn2_energy"], forces=forces
            )
            differences.append(copy)
        energies, forces = fitted(differences).predict_structures(test_frames)
        after = errors(cheap_energies + energies, cheap_forces + forces)[1]
        alone = errors(*fitted([FRAMES[row] for row in rows]).predict_structures(test_frames))[1]
        print(f"draw {seed}: 40 frames alone {alone:.1f}, after 200 cheap ones {after:.1f} meV/Å: {after / alone:.2f}")


if __name__ == "__main__":
    main()
