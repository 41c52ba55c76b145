"""Print, as JSON, with which parts of a processor the libraries of this environment compute, and what they get.

Runs with the environment's Python; `processors` starts it. Each result is a fingerprint of some last digits.
"""

import ctypes.util
import hashlib
import json
import platform

import numpy as np
import scipy.linalg
import torch
from threadpoolctl import threadpool_info


def fingerprint(*arrays):
    """Return a few letters that change with any bit of the numbers."""
    return hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)).hexdigest()[:8]


def c_library(numbers):
    """Exponentials and powers of the C library, which compiled extensions call."""
    library = ctypes.CDLL(ctypes.util.find_library("m") or ctypes.util.find_library("msvcrt"))
    library.exp.restype, library.exp.argtypes = ctypes.c_double, [ctypes.c_double]
    library.sin.restype, library.sin.argtypes = ctypes.c_double, [ctypes.c_double]
    return np.array([(library.exp(number), library.sin(number)) for number in numbers])


torch.set_num_threads(1)
numbers = np.random.default_rng(0).normal(size=(300, 257))
square = numbers.T @ numbers
tensor = torch.from_numpy(numbers)
features = np.show_config(mode="dicts")["SIMD Extensions"]
results = {
    "numpy and scipy matrices": fingerprint(square, np.linalg.cholesky(square), scipy.linalg.cholesky(square)),
    "numpy loops": fingerprint(np.exp(numbers), np.tanh(numbers), np.log(numbers**2)),
    "C library": fingerprint(c_library(numbers.ravel()[:20000])),
    "torch matrices": fingerprint(tensor @ tensor.T, torch.linalg.cholesky(tensor.T @ tensor)),
    "torch loops": fingerprint(tensor.sigmoid(), torch.nn.functional.silu(tensor), tensor.float().sum()),
}
print(
    json.dumps(
        {
            "machine": platform.machine(),
            "numpy and scipy matrices": sorted(
                {library["architecture"] for library in threadpool_info() if library["internal_api"] == "openblas"}
            ),
            "numpy loops": features.get("found", []),
            "torch loops": torch.backends.cpu.get_cpu_capability(),
            "results": results,
        }
    )
)
