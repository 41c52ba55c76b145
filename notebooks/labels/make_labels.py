"""Make the labels of malonaldehyde, C3H4O2, that lesson 10 learns from.

Nobody needs this to run the course: the files lie beside it. It needs PySCF and tblite, which are not in
environment.yml (neither has a wheel for Windows):  pip install pyscf==2.14.0 tblite==0.8.0

    python make_labels.py sample               520 structures from dynamics with GFN2-xTB (2 minutes)
    python make_labels.py label [SECONDS]      their B3LYP labels (11 s each, 1.6 hours)
    python make_labels.py stationary [SECONDS] minimum, transition state, Hessians (30 minutes)
    python make_labels.py path [SECONDS]       the minimum-energy path of the proton (20 minutes)
    python make_labels.py cheap                1,000 other structures with GFN2 labels (5 minutes)
    python make_labels.py pack                 unfinished/ -> the three files beside this script
    python make_labels.py check [FRAMES]       label some frames of every group again, and compare

Steps that take long keep what they have in unfinished/ and go on from there when they are called again. A new sample
gives other structures than those shipped: dynamics is chaotic. `check` shows that the labels are the same: it found
energies within 0.0001 meV and forces within 0.001 meV/Å (they are rounded so), along the path 0.02 meV and 0.4 meV/Å.

Atoms: O0 O1 (the proton hops between them), C2 C3 C4, H5 (the proton), H6 H7 H8 (on C2 C3 C4). Units: eV, Å, eV/Å.
"""

import sys
import time
from pathlib import Path

import numpy as np
from ase import units
from ase.build import minimize_rotation_and_translation
from ase.calculators.singlepoint import SinglePointCalculator
from ase.constraints import FixCartesian
from ase.io import read, write
from ase.md.langevin import Langevin
from ase.md.velocitydistribution import thermalize_momenta
from ase.mep import NEB
from ase.optimize import BFGS
from quantum_methods import MIRROR, Dft, Gfn2, Symmetric, dft_label

HERE = Path(__file__).parent
UNFINISHED = HERE / "unfinished"
DFT_METHOD = "B3LYP/def2-SVP, density fitting, grid level 3 with grid response, conv_tol 1e-10, PySCF 2.14.0"
GFN2_METHOD = "GFN2-xTB, tblite 0.8.0"
GROUPS = {"300K": (300, 0.0), "600K": (600, 0.0), "900K": (900, 0.0), "600K_bias": (600, 2.0)}
"""Temperature (K) of the heat bath, and spring constant (eV/Å^2) of the bias on q = r(O0-H5) - r(O1-H5)."""


def labelled(atoms, energy, forces, **info):
    """A copy of the atoms that carries a label; forces to 1e-6 eV/Å, a hundredth of their noise."""
    copy = atoms.copy()
    copy.set_constraint()
    copy.info = info
    copy.calc = SinglePointCalculator(copy, energy=round(energy, 7), forces=np.round(forces, 6))
    return copy


def dynamics(calculator, temperature, n_frames, seed, start):
    """Frames of Langevin dynamics: steps of 0.5 fs, a frame every 60 steps after 600."""
    atoms, rng = start.copy(), np.random.default_rng(seed)
    atoms.calc = calculator
    thermalize_momenta(atoms, temperature_K=2 * temperature, rng=rng)
    run = Langevin(atoms, 0.5 * units.fs, temperature_K=temperature, friction=0.02 / units.fs, fixcm=False, rng=rng)
    run.run(600)
    for number in range(1, n_frames + 1):
        run.run(60)
        frame = atoms.copy()
        del frame.arrays["momenta"]
        frame.positions = np.round(frame.positions - frame.positions.mean(axis=0), 8)
        frame.info = {"step": 60 * number}
        yield frame


def trajectories(n_frames, seed):
    """Frames of one trajectory for each group, from the minimum of GFN2."""
    start = read(HERE / "malonaldehyde_path.extxyz", 0)
    start.calc = Gfn2()
    BFGS(start, logfile=None).run(fmax=0.003)
    for number, (group, (temperature, spring)) in enumerate(GROUPS.items()):
        for frame in dynamics(Gfn2(spring), temperature, n_frames, [seed, number], start):
            frame.info["group"] = group
            yield frame


def sample():
    """The structures to label."""
    write(UNFINISHED / "frames.xyz", list(trajectories(130, seed=7)), format="extxyz")


def label(seconds):
    """Label what is not labelled yet, in an order that has all groups from the beginning."""
    frames, path = read(UNFINISHED / "frames.xyz", ":"), UNFINISHED / "frames_b3lyp.xyz"
    done = {(frame.info["group"], frame.info["step"]) for frame in read(path, ":")} if path.exists() else set()
    rng, until = np.random.default_rng(0), time.monotonic() + seconds
    for row in np.concatenate([row + np.arange(0, 520, 130) for row in rng.permutation(130)]):
        frame = frames[row]
        if (frame.info["group"], frame.info["step"]) not in done and time.monotonic() < until:
            energy, forces = dft_label(frame)
            write(path, labelled(frame, energy, forces, **frame.info), format="extxyz", append=True)


def cheap():
    """Other trajectories, labelled by GFN2 alone; positions to 1e-5 Å, rounded before they are labelled."""
    gfn2, frames = Gfn2(), []
    for frame in trajectories(250, seed=8):
        frame.positions, frame.calc = np.round(frame.positions, 5), gfn2
        forces = np.round(frame.get_forces(), 5)
        frames.append(labelled(frame, frame.get_potential_energy(), forces, **frame.info, method=GFN2_METHOD))
    write(UNFINISHED / "gfn2.xyz", frames, format="extxyz")


def upright(atoms):
    """A copy with the ring in the plane z = 0 and the axis through C3 and the middle of the oxygens along y."""
    copy = atoms.copy()
    vectors = copy.positions - copy.positions[3]
    middle = (vectors[0] + vectors[1]) / 2
    along_y = -middle / np.linalg.norm(middle)
    along_x = vectors[1] - vectors[0] - along_y * ((vectors[1] - vectors[0]) @ along_y)
    along_x /= np.linalg.norm(along_x)
    copy.positions = vectors @ np.array([along_x, along_y, np.cross(along_x, along_y)]).T
    return copy


def relaxed(atoms, calculator, kind):
    """The minimum or the transition state near a structure."""
    atoms = upright(atoms)
    if kind == "transition_state":
        atoms.positions = (atoms.positions + atoms.positions[MIRROR] * [-1, 1, 1]) / 2 * [1, 1, 0]
        calculator = Symmetric(calculator)
    atoms.calc = calculator
    BFGS(atoms, logfile=None).run(fmax=0.003, steps=60)
    return atoms


def hessian_of(atoms, until, path, step=0.005):
    """Second derivatives (27, 27), eV/Å^2, by central differences; rows are kept in a file. None if time is over."""
    rows = list(np.loadtxt(path, ndmin=2)) if path.exists() else []
    for number in range(len(rows), 3 * len(atoms)):
        if time.monotonic() > until:
            return None
        forces = []
        for sign in (1, -1):
            moved = atoms.copy()
            moved.positions[number // 3, number % 3] += sign * step
            forces.append(dft_label(moved)[1].ravel())
        rows.append((forces[1] - forces[0]) / (2 * step))
        np.savetxt(path, rows)
    return (np.array(rows) + np.array(rows).T) / 2


def stationary(seconds):
    """The minimum and the transition state, and their Hessians."""
    until = time.monotonic() + seconds
    for row, kind in enumerate(("minimum", "transition_state")):
        path = UNFINISHED / f"{kind}.xyz"
        if not path.exists():
            atoms = relaxed(read(HERE / "malonaldehyde_path.extxyz", row), Dft(), kind)
            write(path, labelled(atoms, *dft_label(atoms)), format="extxyz")
        if hessian_of(read(path), until, UNFINISHED / f"{kind}_hessian.txt") is None:
            print("time is over: call it again")


def first_path(ends, n_between):
    """GFN2's path between its own minimum and transition state, moved so that its ends are the given ones."""
    cheap_ends = [relaxed(end, Gfn2(), kind) for end, kind in zip(ends, ("minimum", "transition_state"), strict=True)]
    minimize_rotation_and_translation(cheap_ends[1], cheap_ends[0])
    images = [cheap_ends[0].copy() for _ in range(n_between + 1)] + [cheap_ends[1].copy()]
    band = NEB(images, method="improvedtangent")
    band.interpolate()
    for image in images:
        image.calc = Gfn2()
    BFGS(band, logfile=None).run(fmax=0.02, steps=200)
    shifts = [end.positions - image.positions for end, image in zip(ends, (images[0], images[-1]), strict=True)]
    for part, image in zip(np.linspace(0, 1, len(images)), images, strict=True):
        image.positions += (1 - part) * shifts[0] + part * shifts[1]
    return images


def path(seconds, n_between=6, fmax=0.025):
    """Minimum-energy path from the minimum to the transition state (nudged elastic band); its mirror image goes on."""
    until, file = time.monotonic() + seconds, UNFINISHED / "path.xyz"
    ends = [read(UNFINISHED / f"{kind}.xyz") for kind in ("minimum", "transition_state")]
    for end in ends:
        end.positions = upright(end).positions
    minimize_rotation_and_translation(ends[1], ends[0])
    images = read(file, ":") if file.exists() else first_path(ends, n_between)
    for image in images[1:-1]:
        image.calc = Dft()
        image.set_constraint(FixCartesian(range(9), (False, False, True)))  # the ring stays planar
    images[0].calc, images[-1].calc = (SinglePointCalculator(end, **end.calc.results) for end in ends)
    run = BFGS(NEB(images, method="improvedtangent", allow_shared_calculator=False))
    for converged in run.irun(fmax=fmax, steps=60):
        results = [(image.get_potential_energy(), image.get_forces(apply_constraint=False)) for image in images]
        write(file, [labelled(image, *each) for image, each in zip(images, results, strict=True)], format="extxyz")
        if converged or time.monotonic() > until:
            print("converged" if converged else "time is over: call it again")
            break


def pack():
    """Write the files that are shipped."""
    frames, gfn2 = read(UNFINISHED / "frames_b3lyp.xyz", ":"), Gfn2()
    order = {group: number for number, group in enumerate(GROUPS)}
    shipped = []
    for frame in sorted(frames, key=lambda frame: (order[frame.info["group"]], frame.info["step"])):
        info = {"group": frame.info["group"], "step": frame.info["step"]}
        atoms = labelled(frame, frame.get_potential_energy(), frame.get_forces(), **info, method=DFT_METHOD)
        frame.calc = gfn2
        atoms.info["gfn2_energy"] = round(frame.get_potential_energy(), 6)
        atoms.arrays["gfn2_forces"] = np.round(frame.get_forces(), 5)
        shipped.append(atoms)
    write(HERE / "malonaldehyde.extxyz.gz", shipped, format="extxyz")
    write(HERE / "malonaldehyde_gfn2.extxyz.gz", read(UNFINISHED / "gfn2.xyz", ":"), format="extxyz")

    reference = []
    for kind in ("minimum", "transition_state"):
        atoms, hessian = read(UNFINISHED / f"{kind}.xyz"), np.loadtxt(UNFINISHED / f"{kind}_hessian.txt")
        info = {"group": kind, "method": DFT_METHOD, "hessian": np.round((hessian + hessian.T) / 2, 5)}
        reference.append(labelled(atoms, atoms.get_potential_energy(), atoms.get_forces(), **info))
    for number, atoms in enumerate(both_sides(read(UNFINISHED / "path.xyz", ":"))):
        info = {"group": "path", "step": number, "method": DFT_METHOD}
        reference.append(labelled(atoms, atoms.get_potential_energy(), atoms.get_forces(), **info))
    write(HERE / "malonaldehyde_path.extxyz", reference, format="extxyz")


def both_sides(images):
    """From the minimum to the transition state, and on to the other minimum by exchanging atoms.

    Images are turned after they were labelled; the grid does not turn along, which is worth 0.4 meV/Å.
    """
    images, other = [upright_with_forces(image) for image in images], []
    for image in images[-2::-1]:
        mirrored = image.copy()
        mirrored.positions = image.positions[MIRROR] * [-1, 1, 1]
        forces = image.get_forces()[MIRROR] * [-1, 1, 1]
        other.append(labelled(mirrored, image.get_potential_energy(), forces))
    return images + other


def upright_with_forces(image):
    """`upright`, and the forces turned along."""
    turned = upright(image)
    offset = image.positions - image.positions[3]
    rotation = np.linalg.lstsq(offset[:, :2], turned.positions[:, :2], rcond=None)[0]  # all atoms have z = 0
    forces = image.get_forces()
    forces[:, :2] = forces[:, :2] @ rotation
    return labelled(turned, image.get_potential_energy(), forces)


def check(n_frames):
    """Label frames of every group again; prints the differences from what is shipped."""
    frames = read(HERE / "malonaldehyde.extxyz.gz", ":") + read(HERE / "malonaldehyde_path.extxyz", ":")
    for group in dict.fromkeys(frame.info["group"] for frame in frames):
        chosen = [frame for frame in frames if frame.info["group"] == group]
        for frame in chosen[:: max(1, len(chosen) // n_frames)][:n_frames]:
            start = time.process_time()
            energy, forces = dft_label(frame)
            seconds, largest = time.process_time() - start, np.abs(forces - frame.get_forces()).max()
            energy -= frame.get_potential_energy()
            print(f"{group} step {frame.info.get('step', '-')}: energy {1e3 * energy:+.5f} meV,", end=" ")
            print(f"forces at most {1e3 * largest:.5f} meV/Å, {seconds:.1f} CPU s", flush=True)


if __name__ == "__main__":
    steps = {function.__name__: function for function in (sample, label, stationary, path, cheap, pack, check)}
    if len(sys.argv) < 2 or sys.argv[1] not in steps:
        sys.exit(__doc__)
    UNFINISHED.mkdir(exist_ok=True)
    limits = {"label": 1e9, "stationary": 1e9, "path": 1e9, "check": 1}
    number = type(limits.get(sys.argv[1], 0))(sys.argv[2]) if len(sys.argv) > 2 else limits.get(sys.argv[1])
    steps[sys.argv[1]](*([] if number is None else [number]))
