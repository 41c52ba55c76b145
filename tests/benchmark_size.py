"""How much room the packages that readers install take, the largest first."""

import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "binder"))

from packages import READERS, package_name, read_environment  # noqa: E402

SHOWN = 12


def size(name):
    """Bytes of a package's files that are there; 0 if it is not installed on this machine."""
    try:
        files = distribution(name).files or []
    except PackageNotFoundError:
        return 0
    return sum(path.stat().st_size for file in files if (path := Path(file.locate())).is_file())


def main():
    """Print the table."""
    pins, _ = read_environment((ROOT / "environment.yml").read_text(encoding="utf-8"), READERS)
    sizes = sorted(((size(package_name(pin)), package_name(pin)) for pin in pins), reverse=True)
    total = sum(number for number, _ in sizes)
    print(f"{'package':16}      MB   share")
    for number, name in sizes[:SHOWN]:
        print(f"{name:16}{number / 1e6:8.0f}{number / total:8.0%}")
    rest = sum(number for number, _ in sizes[SHOWN:])
    print(f"{len(sizes) - SHOWN:3} others      {rest / 1e6:8.0f}{rest / total:8.0%}")
    print(f"readers' packages: {total / 1e9:.2f} GB (at most 1.4)")


if __name__ == "__main__":
    main()
