"""Explorers without a kernel: what they show is what the pure functions of the live ones say."""

import base64
import importlib
import io
import itertools

import numpy as np
import pytest
from PIL import Image
from site_browser import few_values

from course_site import kept, stills


def module_of(name):
    return importlib.import_module(f"forcefield.explorers.{name}")


@pytest.mark.parametrize("name", stills.GRIDS)
def test_every_state_says_what_the_pure_functions_say(name, explorers_need):
    module, about = module_of(name), explorers_need[name]
    made, controls = stills.make(name, about, few_values(name)), module.controls()
    assert [control["name"] for control in made["controls"]] == list(stills.GRIDS[name])
    values = [stills.settings(controls[key], stride)[0] for key, stride in few_values(name).items()]
    assert len(made["sentences"]) == len(made["pictures"]) == np.prod([len(one) for one in values])
    for state, sentence in zip(itertools.product(*values), made["sentences"], strict=True):
        chosen = {key: control.value for key, control in controls.items()} | dict(
            zip(few_values(name), state, strict=True)
        )
        result = module.compute(*about, **chosen)
        assert sentence.startswith(module.describe_reading(**chosen, result=result).sentence)


def test_a_picture_is_the_live_explorers_to_the_last_pixel():
    live = module_of("lennard_jones").lennard_jones_explorer()
    made = stills.make("lennard_jones", (), {"distance": 1000})
    shown = Image.open(io.BytesIO(base64.b64decode(made["pictures"][0].partition(",")[2])))
    drawn = Image.open(io.BytesIO(live.png)).convert("RGB")
    assert np.array_equal(np.asarray(shown.convert("RGB")), np.asarray(drawn))


@pytest.mark.parametrize("name", stills.GRIDS)
def test_the_default_is_among_the_values_and_the_rest_is_said_to_be_fixed(name):
    controls, grid = module_of(name).controls(), stills.GRIDS[name]
    assert 1 <= len(grid) <= 3
    for key, stride in grid.items():
        values, _ = stills.settings(controls[key], stride)
        assert controls[key].value in values
        assert len(values) >= 2
        live, _ = stills.settings(controls[key], 1)
        assert set(values) <= set(live)


def test_what_is_fixed_is_said():
    made = stills.make("lennard_jones", (), {"distance": 1000})
    assert made["fixed"] == ["σ: zero crossing (Å): 2.90", "ε: depth (eV): 1.00"]
    page = stills.page("lennard_jones", made)
    assert "Fixed here: σ: zero crossing (Å): 2.90; ε: depth (eV): 1.00. The notebook has all controls" in page
    assert "data-plays" not in page
    assert 'data-plays="distance"' in stills.page("lennard_jones", made, plays="distance")


def test_an_explorer_is_kept_until_its_grid_changes(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "KEPT", tmp_path)
    monkeypatch.setitem(stills.GRIDS, "lennard_jones", {"distance": 30})
    made = kept.explorer("lennard_jones")
    (first,) = tmp_path.iterdir()
    monkeypatch.setattr(stills, "make", lambda *_: pytest.fail("it was there"))
    assert kept.explorer("lennard_jones") == made
    monkeypatch.undo()
    monkeypatch.setattr(kept, "KEPT", tmp_path)
    monkeypatch.setitem(stills.GRIDS, "lennard_jones", {"distance": 90})
    assert len(kept.explorer("lennard_jones")["pictures"]) < len(made["pictures"])
    (second,) = tmp_path.iterdir()
    assert second != first


def test_an_explorer_that_is_too_heavy_stops_the_build(tmp_path, monkeypatch):
    made = stills.make("lennard_jones", (), {"distance": 1000})
    stills.write("lennard_jones", made, tmp_path)
    assert (tmp_path / "explorers" / "lennard_jones.js").stat().st_size > 5000
    monkeypatch.setattr(stills, "LARGEST", 5000)
    with pytest.raises(ValueError, match="give it fewer values in GRIDS"):
        stills.write("lennard_jones", made, tmp_path)


@pytest.mark.parametrize("name", ["lennard_jones", "soap"])
def test_the_published_grid_is_light(name):
    """Pictures of a coarse grid are as heavy as those of the published one, which has more of them."""
    heaviest = max(map(len, stills.make(name, (), few_values(name))["pictures"]))
    controls = module_of(name).controls()
    values = [stills.settings(controls[key], stride)[0] for key, stride in stills.GRIDS[name].items()]
    assert np.prod([len(one) for one in values]) * heaviest < stills.LARGEST
