"""Let this machine compute as another processor does: environment variables tell the libraries what they may use.

A number may differ in its last digits from one processor to another. No conclusion may.
"""

import json
import os
import subprocess
import sys

from interpreters import tool_environment
from problems import Problem

# For each processor: what it is; what numpy must find on this machine; which of that it may still use; what the
# libraries must then say of themselves; and the variables for OpenBLAS (in numpy and scipy), torch, MKL (in torch) and
# the C library. MKL has two, since the first has no effect on AMD. For Zen, OpenBLAS uses its code for Haswell.
PROCESSORS = {
    "nehalem": {
        "what": "x86 without AVX (2008)",
        "needs": [],
        "keeps": [],
        "says": {"numpy and scipy matrices": ["Nehalem"], "torch loops": "DEFAULT"},
        "variables": {
            "OPENBLAS_CORETYPE": "Nehalem",
            "ATEN_CPU_CAPABILITY": "default",
            "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
            "MKL_CBWR": "COMPATIBLE",
            "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4",
        },
    },
    "sandybridge": {
        "what": "Intel with AVX, without FMA (2011)",
        "needs": ["X86_V3"],
        "keeps": [],
        "says": {"numpy and scipy matrices": ["Sandybridge"], "torch loops": "DEFAULT"},
        "variables": {
            "OPENBLAS_CORETYPE": "Sandybridge",
            "ATEN_CPU_CAPABILITY": "default",
            "MKL_ENABLE_INSTRUCTIONS": "AVX",
            "MKL_CBWR": "AVX",
            "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4",
        },
    },
    "haswell": {
        "what": "Intel with AVX2 (2013)",
        "needs": ["X86_V3"],
        "keeps": ["X86_V3"],
        "says": {"numpy and scipy matrices": ["Haswell"], "torch loops": "AVX2"},
        "variables": {
            "OPENBLAS_CORETYPE": "Haswell",
            "ATEN_CPU_CAPABILITY": "avx2",
            "MKL_ENABLE_INSTRUCTIONS": "AVX2",
            "MKL_CBWR": "AVX2",
        },
    },
    "zen": {
        "what": "AMD with AVX2 (2017)",
        "needs": ["X86_V3"],
        "keeps": ["X86_V3"],
        "says": {"numpy and scipy matrices": ["Haswell"], "torch loops": "AVX2"},
        "variables": {"OPENBLAS_CORETYPE": "Zen", "ATEN_CPU_CAPABILITY": "avx2"},
    },
    "skylakex": {
        "what": "Intel with AVX-512 (2017)",
        "needs": ["X86_V3", "X86_V4"],
        "keeps": ["X86_V3", "X86_V4"],
        "says": {"numpy and scipy matrices": ["SkylakeX"], "torch loops": "AVX512"},
        "variables": {
            "OPENBLAS_CORETYPE": "SkylakeX",
            "ATEN_CPU_CAPABILITY": "avx512",
            "MKL_ENABLE_INSTRUCTIONS": "AVX512",
        },
    },
}


class CannotEmulate(Problem):
    """What the other processor has and this machine has not."""


def arithmetic(python, variables):
    """Return what the libraries of a Python say of their arithmetic with these environment variables."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "arithmetic.py")
    answer = subprocess.run(
        [python, script],
        env=dict(tool_environment(python), **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    if answer.returncode:
        raise Problem(f"With {variables} numpy or torch does not start: {answer.stdout.strip()[-500:]}")
    return json.loads(answer.stdout)


def emulate(python, name, own):
    """Return the variables that make a processor of this machine, and the arithmetic that they lead to.

    ``own`` is this machine's arithmetic. A Problem says what cannot be emulated, or what did not take effect.
    """
    processor = PROCESSORS[name]
    if own["machine"] not in ("x86_64", "AMD64"):
        raise CannotEmulate(f"This machine is no x86 but {own['machine']}: it cannot compute as {name} does.")
    missing = [feature for feature in processor["needs"] if feature not in own["numpy loops"]]
    if missing:
        raise CannotEmulate(f"This machine has no {' and '.join(missing)}: it cannot compute as {name} does.")
    kept = [feature for feature in own["numpy loops"] if feature in processor["keeps"]]
    dropped = [feature for feature in own["numpy loops"] if feature not in kept]
    variables = dict(processor["variables"])
    if dropped:  # numpy passes over names that it does not know, so they are its own
        variables["NPY_DISABLE_CPU_FEATURES"] = " ".join(dropped)
    found = arithmetic(python, variables)
    for part, wanted in dict(processor["says"], **{"numpy loops": kept}).items():
        if found[part] != wanted:
            raise Problem(f"Nothing was tested: as {name}, {part} should use {wanted} but use {found[part]}.")
    if dropped and not kept:  # without any of its instructions, no part can give the same digits
        same = set(own["results"]) - set(changed(found, own)) - set(() if sys.platform == "linux" else ["C library"])
        if same:
            raise Problem(f"Nothing was tested: as {name}, {' and '.join(sorted(same))} give the very same digits.")
    return variables, found


def changed(found, own):
    """Return the parts whose last digits are others than this machine's own."""
    return [part for part, result in found["results"].items() if result != own["results"][part]]
