"""Tests and headers of packages go; everything that a lesson could import stays."""

from prune import prune

GONE = [
    "numpy/_core/tests/test_array.py",
    "numpy/_core/tests/data/one.csv",
    "ase/test/conftest.py",
    "torch/test/test_nn.py",
    "torch/include/ATen/ATen.h",
    "torch/bin/test_api",
    "torch/bin/FileStoreTest",
    "torch/bin/protoc-3.13.0.0",
]
STAY = [
    "jinja2/tests.py",
    "numpy/testing/__init__.py",
    "torch/testing/__init__.py",
    "torch/bin/torch_shm_manager",
    "torch/lib/libtorch.so",
]


def test_what_no_lesson_uses_is_removed(tmp_path):
    packages = tmp_path / "lib" / "python3.11" / "site-packages"
    for name in GONE + STAY:
        (packages / name).parent.mkdir(parents=True, exist_ok=True)
        (packages / name).write_text("ten bytes.")
    assert prune(str(tmp_path)) == 10 * len(GONE)
    left = sorted(str(path.relative_to(packages)) for path in packages.rglob("*") if path.is_file())
    assert left == sorted(STAY)
    assert prune(str(tmp_path)) == 0


def test_a_folder_of_tests_outside_the_packages_stays(tmp_path):
    own = tmp_path / "lib" / "tests" / "mine.py"
    own.parent.mkdir(parents=True)
    own.write_text("")
    prune(str(tmp_path))
    assert own.exists()
