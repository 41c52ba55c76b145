"""The workflows: their commands exist, and what runs them is the course's own; links outside are read right."""

import io
import json
import re
import urllib.error
from pathlib import Path

import outside_links
import pytest
import yaml

import course
import website

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
STEPS = [
    (path.name, step)
    for path in WORKFLOWS
    for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
    for step in job["steps"]
]


def read(name):
    return yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(("name", "step"), STEPS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_step_runs_what_exists(name, step):
    if "run" in step:
        program, script, *rest = step["run"].split()
        assert program == "python"
        assert (ROOT / script).is_file()
        if script == "binder/course.py":
            assert re.search(rf"^  (  python3 binder/course\.py )?{rest[0]} ", course.__doc__, re.MULTILINE)
    else:
        assert re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"])


def test_the_site_is_published_from_where_it_is_built():
    (publish,) = (step["with"]["path"] for _, step in STEPS if step.get("with", {}).get("path"))
    assert Path(publish) == Path(website.FOLDER)


def test_three_systems_are_tested_each_week_with_a_browser():
    workflow = read("tests.yml")
    matrix = workflow["jobs"]["test"]["strategy"]["matrix"]
    assert [system["name"].split("-")[0] for system in matrix["system"]] == ["ubuntu", "macos", "windows"]
    assert all(system["chromium"] for system in matrix["system"])
    assert workflow[True]["schedule"]  # YAML takes the word "on" for a yes
    assert read("links.yml")[True]["schedule"]


def test_no_workflow_knows_the_repository():
    for path in WORKFLOWS:
        assert "OWNER" not in path.read_text(encoding="utf-8")


# ---- links outside --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://doi.org/10.1016/j.cpc.2019.106949)", "https://doi.org/10.1016/j.cpc.2019.106949"),
        ("https://doi.org/10.1016/0009-2614(89)87396-6)", "https://doi.org/10.1016/0009-2614(89)87396-6"),
        ("https://wiki.fysik.dtu.dk/ase/#top),", "https://wiki.fysik.dtu.dk/ase/"),
        ("https://example.org/page.", "https://example.org/page"),
    ],
)
def test_an_address_ends_where_its_sentence_goes_on(text, address):
    assert outside_links.whole(text) == address


def test_the_lessons_references_are_found():
    found = outside_links.links()
    assert "https://doi.org/10.1016/j.cpc.2019.106949" in found
    assert len(found) > 40
    assert not any("OWNER" in address for address in found)


def answer(code=None, **held):
    """A server that answers with JSON, or with an error."""

    def opened(request, timeout):
        if code:
            raise urllib.error.HTTPError(request.full_url, code, "no", {}, io.BytesIO())
        return io.BytesIO(json.dumps(held).encode())

    return opened


def test_what_is_gone_is_told_from_what_does_not_answer():
    assert outside_links.state("https://example.org", answer()) == "there"
    assert outside_links.state("https://example.org", answer(404)) == "gone"
    assert outside_links.state("https://example.org", answer(403)) == "answers 403"
    assert outside_links.state("https://doi.org/10.1/2", answer(responseCode=1)) == "there"
    assert outside_links.state("https://doi.org/10.1/2", answer(responseCode=100)) == "gone"
    assert outside_links.state("https://doi.org/10.1/2", answer(404)) == "gone"

    def lost(request, timeout):
        raise OSError("no network")

    assert outside_links.state("https://example.org", lost) == "no answer (no network)"
