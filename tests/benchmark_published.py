"""Two published packages on the course's copper frames: GAP (quippy) and MACE. They are no part of the environment.

    python -m venv ../published && ../published/bin/pip install quippy-ase mace-torch
    echo "$PWD/.venv/lib/python3.11/site-packages" > ../published/lib/python3.11/site-packages/course.pth
    ../published/bin/python tests/benchmark_published.py            GAP, half a minute
    ../published/bin/python tests/benchmark_published.py --mace     GAP and MACE, some ten minutes

The second line lends the course's packages (torch among them) to the new environment. Same 200 training, 100 validation
and 300 test frames as in lesson 06; settings were chosen on the validation frames among a few, not searched further.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "notebooks"))

import ase  # noqa: E402
import ase.io  # noqa: E402
import numpy as np  # noqa: E402

from forcefield.prepared import copper_dataset, copper_split  # noqa: E402

PARTS = ("training", "validation", "test")
SCRIPTS = Path(sys.executable).parent

GAP_SETTINGS = (
    "gap={soap l_max=4 n_max=8 cutoff=5.5 cutoff_transition_width=1.0 atom_sigma=0.5 zeta=4 delta=1.0 "
    "n_sparse=1000 sparse_method=cur_points covariance_type=dot_product}",
    "default_sigma={0.0001 0.001 0 0}",
    "sparse_jitter=1e-10",
)

MACE_SETTINGS = {
    "model": "MACE",
    "hidden_irreps": "32x0e",
    "num_interactions": 2,
    "r_max": 5.5,
    "max_ell": 2,
    "correlation": 3,
    "batch_size": 5,
    "valid_batch_size": 50,
    "lr": 0.01,
    "scheduler_patience": 20,
    "forces_weight": 100,
    "energy_weight": 10,
    "E0s": "average",
    "default_dtype": "float64",
    "device": "cpu",
    "seed": 0,
    "num_workers": 0,
    "eval_interval": 10,
    "patience": 1000,
}


def write_frames(data, rows, path):
    """Frames with their labels under names that no program changes."""
    frames = []
    for row in rows:
        # gap_fit reads no energies from frames without a cell.
        frame = ase.Atoms("Cu13", positions=data.positions[row], cell=[30, 30, 30])
        frame.info["ref_energy"], frame.arrays["ref_forces"] = float(data.energies[row]), data.forces[row].copy()
        frame.info["config_type"] = "Default"
        frames.append(frame)
    ase.io.write(path, frames, format="extxyz")


def run(command, folder):
    """Run a program and return the processor time that it took, s."""
    before = os.times()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def errors(calculator, data, rows):
    """Mean absolute errors of energies (meV/atom) and force components (meV/Å), and the time of a call (ms)."""
    energy_errors, force_errors, start = [], [], time.process_time()
    for row in rows:
        frame = ase.Atoms("Cu13", positions=data.positions[row], cell=[30, 30, 30])
        frame.calc = calculator
        force_errors.append(np.abs(frame.get_forces() - data.forces[row]).mean())
        energy_errors.append(abs(frame.get_potential_energy() - data.energies[row]) / 13)
    milliseconds = 1e3 * (time.process_time() - start) / len(rows)
    return 1e3 * np.mean(energy_errors), 1e3 * np.mean(force_errors), milliseconds


def table_row(name, calculator, data, parts, seconds):
    """Print one line of the table."""
    for part in ("validation", "test"):
        energy, force, call = errors(calculator, data, parts[part])
        print(
            f"{name:<32}{part:<12}{energy:>9.3f} meV/atom{force:>9.2f} meV/Å{seconds:>9.1f} s fit{call:>9.1f} ms a call"
        )


def main():
    """Fit and test."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mace", action="store_true", help="MACE as well")
    parser.add_argument("--epochs", type=int, default=60, help="epochs of MACE (60)")
    options = parser.parse_args()
    data, parts = copper_dataset(), dict(zip(PARTS, copper_split(), strict=True))
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for part, rows in parts.items():
            write_frames(data, rows, folder / f"{part}.xyz")

        names = ("energy_parameter_name=ref_energy", "force_parameter_name=ref_forces", "virial_parameter_name=none")
        command = [str(SCRIPTS / "gap_fit"), "at_file=training.xyz", *GAP_SETTINGS, *names, "gp_file=gap.xml"]
        command.append(f"e0={{Cu:{data.energies[parts['training']].mean() / 13}}}")
        seconds = run([*command, "do_copy_at_file=F", "sparse_separate_file=T"], folder)
        from quippy.potential import Potential

        table_row(
            "GAP, 1000 sparse points", Potential("", param_filename=str(folder / "gap.xml")), data, parts, seconds
        )

        if options.mace:
            import torch

            torch.set_num_threads(1)
            settings = MACE_SETTINGS | {"max_num_epochs": options.epochs, "name": "mace", "energy_key": "ref_energy"}
            settings |= {"forces_key": "ref_forces", "train_file": "training.xyz", "valid_file": "validation.xyz"}
            flags = [f"--{name}={value}" for name, value in settings.items()]
            seconds = run([str(SCRIPTS / "mace_run_train"), *flags], folder)
            from mace.calculators import MACECalculator

            calculator = MACECalculator(model_paths=str(folder / "mace.model"), device="cpu", default_dtype="float64")
            table_row(f"MACE 32x0e, {options.epochs} epochs", calculator, data, parts, seconds)


if __name__ == "__main__":
    main()
