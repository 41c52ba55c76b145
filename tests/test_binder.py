"""What Binder would build from this repository, as far as it can be seen without building it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from repo2docker.buildpacks import CondaBuildPack

from environment import PYTHONS
from packages import READERS, read_environment

ROOT = Path(__file__).resolve().parent.parent
BINDER = ROOT / "binder"
needs_bash = pytest.mark.skipif(os.name == "nt", reason="Binder's scripts run on Linux")


@pytest.fixture(scope="module")
def dockerfile():
    """The Dockerfile that repo2docker writes; it needs no Docker for that."""
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(ROOT)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return ran.stdout + ran.stderr


@needs_bash
def test_binder_reads_the_readers_part_of_the_list(monkeypatch):
    monkeypatch.chdir(ROOT)
    image = CondaBuildPack(base_image="")
    assert image.detect()
    assert image.environment_yaml_path == "binder/environment.yml"
    pip = image.environment_yaml["dependencies"][-1]["pip"]
    pins, cpu_index = read_environment((ROOT / "environment.yml").read_text(encoding="utf-8"), READERS)
    assert list(pip) == [f"--extra-index-url {cpu_index}", *pins]


@needs_bash
def test_packages_are_installed_before_the_repository_is_copied(dockerfile):
    steps = [
        r"COPY \S+ src/binder/environment.yml",
        r"env update -p \S+ --file \"binder/environment.yml\"",
        r"COPY \S+ src/ ",
        r"RUN \./binder/postBuild",
        r'ENV R2D_ENTRYPOINT="\$\{REPO_DIR\}/binder/start"',
    ]
    places = [[found.start() for found in re.finditer(step, dockerfile)] for step in steps]
    assert [len(place) for place in places] == [1] * len(steps)  # each once
    assert places == sorted(places)


@needs_bash
def test_binder_takes_the_python_of_the_list(dockerfile):
    version = re.search(r"python=(\d+\.\d+)", (ROOT / "environment.yml").read_text(encoding="utf-8")).group(1)
    assert f"environment-2epy-2d{version.replace('.', '-2e')}" in dockerfile
    assert version in PYTHONS


def post_build(folder, **variables):
    """Run postBuild in a folder, with this Python as the environment's."""
    path = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
    variables = {**os.environ, "PATH": path, "MPLCONFIGDIR": str(folder / "fonts"), **variables}
    return subprocess.run([BINDER / "postBuild"], cwd=folder, env=variables, capture_output=True, text=True)


@needs_bash
def test_post_build_prepares_and_stops_at_the_first_failure(tmp_path):
    prefix = tmp_path / "prefix"
    (prefix / "etc" / "jupyter").mkdir(parents=True)
    (tmp_path / "binder").symlink_to(BINDER)
    module = tmp_path / "notebooks" / "forcefield" / "module.py"
    module.parent.mkdir(parents=True)

    unused = prefix / "lib" / "python3.11" / "site-packages" / "torch" / "test" / "test_nn.py"
    unused.parent.mkdir(parents=True)
    unused.touch()

    module.write_text("one = \n")  # does not compile
    assert post_build(tmp_path, NB_PYTHON_PREFIX=str(prefix)).returncode != 0
    assert not (tmp_path / "fonts").exists()

    module.write_text("one = 1\n")
    ran = post_build(tmp_path, NB_PYTHON_PREFIX=str(prefix))
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert not unused.exists()
    assert list(module.parent.glob("__pycache__/module.*.pyc"))
    assert list((tmp_path / "fonts").glob("fontlist*.json"))
    assert (prefix / "etc" / "jupyter" / "labconfig" / "page_config.json").is_file()


@needs_bash
@pytest.mark.parametrize("before", [None, "7"])
def test_start_allows_one_thread_and_passes_everything_on(monkeypatch, before):
    names = [f"{library}_NUM_THREADS" for library in ("OMP", "MKL", "OPENBLAS", "NUMBA")]
    for name in names:  # this test's own process may have been started with 1
        monkeypatch.delenv(name, raising=False)
        if before:
            monkeypatch.setenv(name, before)
    script = f"import os, sys; print([os.environ.get(name) for name in {names}], sys.argv[1:]); sys.exit(3)"
    command = [BINDER / "start", sys.executable, "-c", script, "two words", "*"]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (3, "['1', '1', '1', '1'] ['two words', '*']\n")
