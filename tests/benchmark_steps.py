"""Energy, forces and stress in reverse mode beside DScribe's derivatives alone: ratios of one run, on one thread.

`python tests/benchmark_steps.py`, and a part of `course.py bench`. Not a test: it prints. About a minute. The frozen
model is a network of random weights; what is measured does not depend on them.
"""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

# Before numpy is loaded: it reads these once.
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

NOTEBOOKS = str(Path(__file__).resolve().parent.parent / "notebooks")
if NOTEBOOKS not in sys.path:
    sys.path.insert(0, NOTEBOOKS)

import numpy as np  # noqa: E402
from ase.build import bulk  # noqa: E402
from ase.cluster import Icosahedron  # noqa: E402

from forcefield.descriptors import make_soap  # noqa: E402
from forcefield.reverse_soap import ReverseSoap  # noqa: E402

WANTED = {"Cu13": 2, "Cu55": 6, "Cu147": None, "Cu4, periodic": None, "Cu32, periodic": 40, "Cu108, periodic": 100}
"""How many times faster reverse mode is to be."""

MICROSECONDS, MEGABYTES = 130, 450
"""Most for an atom of periodic copper, 256 to 4,000 atoms, and most memory of that process, packages included."""

CLUSTER = {"cutoff_radius": 5.5, "sigma": 0.5, "n_max": 4, "l_max": 4}
CRYSTAL = {"cutoff_radius": 4.6, "sigma": 0.5, "n_max": 4, "l_max": 6, "periodic": True}


def rattled(structure):
    structure.rattle(0.1, rng=np.random.default_rng(0))
    return structure


def structures():
    """Those of `WANTED`, by name."""
    for shells, n_atoms in ((2, 13), (3, 55), (4, 147)):
        yield f"Cu{n_atoms}", rattled(Icosahedron("Cu", shells))
    for repeat in (1, 2, 3):
        yield f"Cu{4 * repeat**3}, periodic", rattled(bulk("Cu", a=3.6, cubic=True) * repeat)


def random_model(n_features, hidden_units=16):
    """A frozen network with one hidden layer."""
    generator = np.random.default_rng(0)
    weights, last = generator.normal(size=(n_features, hidden_units)) / n_features, generator.normal(size=hidden_units)

    def frozen(descriptors, numbers):
        hidden = np.tanh(descriptors @ weights)
        return hidden @ last, ((1 - hidden**2) * last) @ weights.T

    return frozen


def peak():
    """Most memory that this process has used, MB; Linux counts the parent's in `ru_maxrss`, and so not there."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def best(calls, repeats):
    """Least CPU time of each call, s; they take turns, so that whatever else the machine does slows all of them."""
    least = dict.fromkeys(calls, np.inf)
    for _ in range(repeats):
        for name, call in calls.items():
            start = time.process_time()
            call()
            least[name] = min(least[name], time.process_time() - start)
    return least


def bench_steps():
    """The tables."""
    print("\nReverse mode beside DScribe, CPU time, ms (one thread, best of several)")
    print(f"{'':18s}{'descriptor':>12s}{'derivatives':>13s}{'reverse mode':>14s}{'ratio':>8s}{'wanted':>8s}")
    for name, structure in structures():
        soap = make_soap(("Cu",), **(CRYSTAL if structure.pbc.any() else CLUSTER))
        reverse, frozen = ReverseSoap(soap), random_model(soap.get_number_of_features())
        centers, method = list(range(len(structure))), "numerical" if structure.pbc.any() else "analytical"
        structure.wrap()
        calls = {
            "descriptor": lambda soap=soap, structure=structure: soap.create(structure),
            "derivatives": lambda soap=soap, structure=structure, centers=centers, method=method: soap.derivatives(
                structure, centers=centers, attach=True, method=method
            ),
            "reverse": lambda reverse=reverse, structure=structure, frozen=frozen: reverse.evaluate(structure, frozen),
        }
        seconds = best(calls, 50 if len(structure) < 20 else 10 if len(structure) < 60 else 3)
        ratio, wanted = seconds["derivatives"] / seconds["reverse"], WANTED[name]
        times = "".join(f"{1e3 * seconds[part]:{width}.2f}" for part, width in zip(calls, (12, 13, 14), strict=True))
        print(f"{name:18s}{times}{ratio:8.1f}{f'>= {wanted}' if wanted else '':>8s}", flush=True)
    print(f"\nPeriodic copper: CPU time for an atom (wanted: {MICROSECONDS} µs from 256 atoms on), and peak memory")
    subprocess.run([sys.executable, __file__, "sizes"], check=True)


def bench_sizes():
    """From 4 to 4,000 atoms, in a process of its own: the peak is of this alone."""
    reverse = ReverseSoap(make_soap(("Cu",), **CRYSTAL))
    frozen = random_model(reverse.basis.n_features)
    for repeat in (1, 2, 3, 4, 5, 6, 8, 10):
        structure = rattled(bulk("Cu", a=3.6, cubic=True) * repeat)
        seconds = best({"all": lambda one=structure: reverse.evaluate(one, frozen)}, 20 if repeat < 3 else 3)["all"]
        print(
            f"{len(structure):6d} atoms {1e6 * seconds / len(structure):8.0f} µs an atom {1e3 * seconds:9.2f} ms"
            f"{peak():8.0f} MB (wanted: {MEGABYTES})",
            flush=True,
        )


if __name__ == "__main__":
    bench_sizes() if sys.argv[1:] == ["sizes"] else bench_steps()
