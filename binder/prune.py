"""What packages install and no lesson uses: their own tests, and what compilers need."""

import glob
import os
import shutil
import sys

UNUSED = (
    os.path.join("**", "tests"),
    os.path.join("ase", "test"),
    os.path.join("torch", "test"),
    os.path.join("torch", "include"),
    os.path.join("torch", "bin", "*[tT]est*"),
    os.path.join("torch", "bin", "protoc*"),
)


def prune(prefix):
    """Remove it from the packages of an environment; return how many bytes that freed."""
    freed = 0
    for packages in glob.glob(os.path.join(glob.escape(prefix), "[lL]ib", "**", "site-packages"), recursive=True):
        for pattern in UNUSED:
            for path in glob.glob(os.path.join(glob.escape(packages), pattern), recursive=True):
                freed += size(path)
                if os.path.isdir(path):
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    os.remove(path)
    return freed


def size(path):
    """Return the bytes of a file, or of all files in a folder."""
    if not os.path.isdir(path):
        return os.path.getsize(path) if os.path.exists(path) else 0
    return sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(path) for name in names)


if __name__ == "__main__":
    prune(sys.argv[1])
