"""The labels of malonaldehyde that are shipped: what they are, that they are whole, and a fresh one beside them."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from ase import units
from ase.build import minimize_rotation_and_translation
from ase.io import read

LABELS = Path(__file__).resolve().parent.parent / "notebooks" / "labels"
MIRROR = [1, 0, 4, 3, 2, 5, 8, 7, 6]
FRAMES, CHEAP = read(LABELS / "malonaldehyde.extxyz.gz", ":"), read(LABELS / "malonaldehyde_gfn2.extxyz.gz", ":")
MINIMUM, SADDLE, *PATH = read(LABELS / "malonaldehyde_path.extxyz", ":")
each_file = pytest.mark.parametrize("frames", [FRAMES, CHEAP, [MINIMUM, SADDLE, *PATH]], ids=["B3LYP", "GFN2", "path"])


def proton(atoms):
    """The coordinate r(O0-H5) - r(O1-H5), Å."""
    return atoms.get_distance(0, 5) - atoms.get_distance(1, 5)


@pytest.mark.parametrize(("frames", "count"), [(FRAMES, 130), (CHEAP, 250)], ids=["B3LYP", "GFN2"])
def test_four_groups_in_the_order_of_time(frames, count):
    groups = [frame.info["group"] for frame in frames]
    assert groups == [group for group in ("300K", "600K", "900K", "600K_bias") for _ in range(count)]
    assert [frame.info["step"] for frame in frames] == 4 * [60 * number for number in range(1, count + 1)]


@each_file
def test_every_frame_is_the_molecule_with_a_whole_label(frames):
    for frame in frames:
        assert frame.get_chemical_symbols() == list("OOCCCHHHH")
        assert not frame.pbc.any()
        assert frame.info["method"].startswith(("B3LYP/def2-SVP", "GFN2-xTB"))
        assert np.isfinite(frame.get_potential_energy())
        assert np.isfinite(frame.get_forces()).all()
        assert frame.get_all_distances()[np.triu_indices(9, 1)].min() > 0.8


@each_file
def test_forces_sum_to_zero_and_torques_to_the_noise_of_the_grid(frames):
    for frame in frames:
        forces, arms = frame.get_forces(), frame.positions - frame.positions.mean(axis=0)
        assert np.abs(forces.sum(axis=0)).max() < 5e-5  # nine numbers rounded to 1e-5 eV/Å
        assert np.abs(np.cross(arms, forces).sum(axis=0)).max() < 0.012  # eV; turned, the grid is another one


def test_no_structure_stands_twice():
    fingerprints = np.array([frame.get_all_distances()[np.triu_indices(9, 1)] for frame in FRAMES + CHEAP])
    order = np.argsort(fingerprints[:, 0])
    assert np.abs(np.diff(fingerprints[order], axis=0)).max(axis=1).min() > 1e-3


def test_energies_have_the_size_and_the_unit_that_they_should():
    energies = np.array([frame.get_potential_energy() for frame in FRAMES])
    assert -7264.310149 < energies.min() < energies.max() < -7264.310149 + 3.5  # eV: above the minimum
    assert 0.15 < energies.std() < 0.6
    # Steps of 30 fs are too long to integrate over, but forces in Hartree/Bohr would be 51 times smaller.
    assert 0.5 < np.std([frame.get_forces() for frame in FRAMES]) < 2.5


def test_gfn2_labels_beside_those_of_dft():
    dft, gfn2 = (np.array([get(frame) for frame in FRAMES]) for get in (forces_of, lambda f: f.arrays["gfn2_forces"]))
    assert 0.1 < np.abs(dft - gfn2).mean() < 0.5
    energies = np.array([[frame.get_potential_energy(), frame.info["gfn2_energy"]] for frame in FRAMES])
    assert 0.03 < np.ptp(energies, axis=1).std() < 0.3


def forces_of(frame):
    return frame.get_forces()


def test_the_bias_puts_the_proton_between_the_oxygens_and_some_rings_are_open():
    for frames in (FRAMES, CHEAP):
        between = {group: [] for group in ("300K", "600K", "900K", "600K_bias")}
        for frame in frames:
            between[frame.info["group"]].append(abs(proton(frame)) < 0.3)
        shares = {group: np.mean(values) for group, values in between.items()}
        assert shares.pop("600K_bias") > 0.5
        assert max(shares.values()) < 0.15
    opened = [frame for frame in FRAMES if abs(proton(frame)) > 1.6]
    assert len(opened) == 25
    assert {frame.info["group"] for frame in opened} == {"900K"}


@pytest.mark.parametrize(("atoms", "n_negative"), [(MINIMUM, 0), (SADDLE, 1)], ids=["minimum", "transition state"])
def test_stationary_points_and_their_hessians(atoms, n_negative):
    assert np.abs(atoms.get_forces()).max() < 0.003
    hessian, masses = np.array(atoms.info["hessian"]), np.repeat(atoms.get_masses(), 3)
    assert hessian.shape == (27, 27)
    np.testing.assert_array_equal(hessian, hessian.T)
    assert np.abs(hessian.reshape(27, 9, 3).sum(axis=1)).max() < 0.05  # moved as a whole, no force
    squares = np.linalg.eigvalsh(hessian / np.sqrt(np.outer(masses, masses)))
    frequencies = np.sign(squares) * np.sqrt(abs(squares)) * units._hbar * 1e10 / np.sqrt(units._e * units._amu)
    frequencies /= units.invcm
    assert (frequencies < -100).sum() == n_negative
    assert (np.abs(frequencies) < 40).sum() == 6
    assert 3000 < frequencies[-1] < 3400


def test_the_path_goes_from_one_minimum_over_the_saddle_to_the_other():
    ways, energies = np.array([proton(atoms) for atoms in PATH]), np.array([a.get_potential_energy() for a in PATH])
    assert len(PATH) == 15
    assert np.all(np.diff(ways) < 0)
    assert np.all(np.diff(energies[:8]) > 0)
    np.testing.assert_allclose(ways, -ways[::-1], atol=2e-6)
    np.testing.assert_allclose(energies, energies[::-1], atol=1e-7)
    for end, number in ((MINIMUM, 0), (SADDLE, 7)):
        assert energies[number] == end.get_potential_energy()
        np.testing.assert_allclose(PATH[number].get_all_distances(), end.get_all_distances(), atol=2e-6)
    np.testing.assert_allclose(PATH[-1].positions, PATH[0].positions[MIRROR] * [-1, 1, 1], atol=1e-7)
    assert 1e3 * (SADDLE.get_potential_energy() - MINIMUM.get_potential_energy()) == pytest.approx(99.85, abs=0.1)


def test_along_the_path_only_forces_along_it_are_left():
    for before, atoms, after in zip(PATH[:-2], PATH[1:-1], PATH[2:], strict=True):
        neighbours = [before.copy(), after.copy()]
        for neighbour in neighbours:
            minimize_rotation_and_translation(atoms, neighbour)
        along = (neighbours[1].positions - neighbours[0].positions).ravel()
        along /= np.linalg.norm(along)
        forces = atoms.get_forces().ravel()
        assert np.linalg.norm((forces - along * (forces @ along)).reshape(9, 3), axis=1).max() < 0.05  # eV/Å


def test_all_files_together_stay_small():
    assert sum(path.stat().st_size for path in LABELS.iterdir() if path.is_file()) < 600_000


def test_a_sentence_where_pyscf_is_missing():
    blocked = "import sys; sys.modules['pyscf'] = None; import make_labels as m; m.check(1)"
    ran = subprocess.run([sys.executable, "-c", blocked], cwd=LABELS, capture_output=True, text=True)
    assert ran.returncode == 1
    assert ran.stderr.strip() == (
        "pyscf is missing: it is not part of the course's environment; pip install pyscf tblite adds it."
    )


@pytest.mark.parametrize("atoms", [FRAMES[129], FRAMES[200], FRAMES[-1]], ids=["300K", "600K", "600K_bias"])
def test_a_fresh_label_is_the_one_that_is_shipped(atoms, monkeypatch):
    pytest.importorskip("pyscf", reason="PySCF is not part of the course's environment: no fresh label was made")
    monkeypatch.syspath_prepend(LABELS)
    import quantum_methods

    energy, forces = quantum_methods.dft_label(atoms)
    assert energy == pytest.approx(atoms.get_potential_energy(), abs=1e-5)  # eV
    np.testing.assert_allclose(forces, atoms.get_forces(), atol=1e-3)  # eV/Å
