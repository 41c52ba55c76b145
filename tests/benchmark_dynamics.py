"""Long runs of the copper models at 1500 K: do they stay together, and is their Lindemann's index EMT's?

`python tests/benchmark_dynamics.py`. Not a test: it prints. Three models that differ in the seed of their weights,
and EMT, three seeds of the heat bath each, 20 ps a run: about two minutes. `--short` runs 2 ps. Runs are chaotic:
another processor takes other ways, so look at all of them and at no single one.
"""

import argparse
import os
import sys
from pathlib import Path

# Before numpy is loaded: it reads these once.
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "notebooks"))

import numpy as np  # noqa: E402
from ase.calculators.emt import EMT  # noqa: E402

from forcefield.calculator import ForceFieldCalculator  # noqa: E402
from forcefield.evaluation import mean_absolute_error  # noqa: E402
from forcefield.prepared import COPPER_FIT, copper_dataset, copper_split  # noqa: E402
from forcefield.sampling import copper_cluster, langevin  # noqa: E402
from forcefield.training import train  # noqa: E402

TEMPERATURE, WARM_UP, PAIRS = 1500, 200, np.triu_indices(13, 1)


def distances_along(calculator, seed, steps):
    """Distances of all pairs every 25 fs after 1 ps to warm up, (n_frames, 78), Å; and how the run ended."""
    dynamics, seen = langevin(copper_cluster(), calculator, TEMPERATURE, seed=(seed, TEMPERATURE)), []
    dynamics.run(WARM_UP)
    dynamics.attach(lambda: seen.append(dynamics.atoms.get_all_distances()[PAIRS]), interval=5)
    try:
        dynamics.run(steps)
    except ValueError as refusal:
        return np.array(seen), str(refusal)
    return np.array(seen), ""


def lindemann(distances):
    """Lindemann's index, no unit."""
    return (distances.std(axis=0) / distances.mean(axis=0)).mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--short", action="store_true", help="runs of 2 ps instead of 20")
    steps = 400 if parser.parse_args().short else 4000
    data = copper_dataset()
    training_rows, _, test_rows = copper_split()
    calculators = {"EMT": EMT()}
    for seed in range(3):
        model, _ = train(data[training_rows], seed=seed, **COPPER_FIT)
        _, forces = model.predict(data[test_rows].descriptors, data[test_rows].derivatives)
        error = 1e3 * mean_absolute_error(forces, data[test_rows].forces)
        calculators[f"model {seed}, test error {error:.2f} meV/Å"] = ForceFieldCalculator(model, n_atoms=13)
    print(f"{TEMPERATURE} K, {steps * 0.005:g} ps: distances (Å) and Lindemann's index at a tenth, half and the whole")
    for name, calculator in calculators.items():
        print(name)
        for seed in (1, 2, 3):
            run, refusal = distances_along(calculator, seed, steps)
            parts = ", ".join(f"{lindemann(run[: max(2, int(share * len(run)))]):.3f}" for share in (0.1, 0.5, 1))
            print(
                f"  seed {seed}: shortest {run.min():.2f}, longest {run.max():.1f}, index {parts} {refusal}", flush=True
            )


if __name__ == "__main__":
    main()
