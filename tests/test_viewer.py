"""Pictures of atoms: one sheet with alt text and a labelled slider."""

import base64
import html
import io
import json
import re

import ase
import numpy as np
import pytest
from PIL import Image

from forcefield import viewer
from forcefield.sampling import copper_cluster


def test_film_is_one_picture_with_alt_text_and_a_labelled_slider(monkeypatch):
    shown = []
    monkeypatch.setattr(viewer, "display", lambda data, **_: shown.append(data))
    frames = viewer.turned(copper_cluster(), [0, 40, 80, 120, 160, 200, 240])
    viewer.film(frames, [str(number) for number in range(7)], "Turn <x>", 'Thirteen "atoms"')
    (data,) = shown
    assert data["text/plain"] == 'Thirteen "atoms"'
    assert 'alt="Thirteen &quot;atoms&quot;"' in data["text/html"]
    assert '<figure data-pictures="7"' in data["text/html"]
    scene = json.loads(html.unescape(re.search('data-scene="([^"]*)"', data["text/html"]).group(1)))
    assert (scene["label"], scene["captions"]) == ("Turn <x>", [str(number) for number in range(7)])
    positions = base64.b64decode(re.search('data-positions="([^"]*)"', data["text/html"]).group(1))
    positions = np.frombuffer(positions, "<i2").reshape(7, 13, 3) / 100
    for structure, shown in zip(frames, positions, strict=True):
        np.testing.assert_allclose(shown, structure.positions - structure.positions.mean(axis=0), atol=0.0051)
    # Without scripts, as in a notebook that is not trusted, the whole sheet is there, and no slider that does nothing.
    without_scripts = re.sub('onload="[^"]*"', "", data["text/html"])
    assert "<input" not in without_scripts
    assert "style" not in without_scripts
    assert "Turn &lt;x&gt;" in without_scripts
    sheet = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert sheet.size == (6 * viewer.WIDTH, 2 * viewer.WIDTH)  # seven pictures need a second row


def test_every_picture_has_its_caption_and_near_atoms_cover_far_ones(monkeypatch):
    sheets, png = [], viewer.png
    monkeypatch.setattr(viewer, "png", lambda figure: sheets.append(figure) or png(figure))
    monkeypatch.setattr(viewer, "display", lambda *_, **__: None)
    pair = ase.Atoms("Cu2", [[-1, 0, 1.5], [1, 0, -1.5]])  # the first atom is nearer: seen along z, from above
    viewer.film([pair, pair[::-1]], ["first", "second"], "number", "Two atoms.")
    for axes, caption in zip(sheets[0].axes, ("first", "second"), strict=False):
        assert [text.get_text() for text in axes.texts] == [caption]
        assert [disc.center[0] for disc in axes.patches] == [1, -1], "what is drawn last lies on top"
        dark, bright = (sum(disc.get_facecolor()[:3]) for disc in axes.patches)
        assert dark < bright


def test_turning_keeps_distances_and_the_structure():
    cluster = copper_cluster()
    before = cluster.positions.copy()
    (view,) = viewer.turned(cluster, [70])
    np.testing.assert_array_equal(cluster.positions, before)
    assert np.abs(view.positions - before).max() > 0.5
    np.testing.assert_allclose(view.get_all_distances(), cluster.get_all_distances(), atol=1e-9)


def test_a_film_has_the_same_atoms_in_every_picture():
    pair, other = ase.Atoms("Cu2", [[-1, 0, 0], [1, 0, 0]]), ase.Atoms("CuO", [[-1, 0, 0], [1, 0, 0]])
    with pytest.raises(ValueError, match="the same atoms in every picture"):
        viewer.film([pair, other], ["first", "second"], "number", "Two atoms.")
    far = ase.Atoms("Cu2", [[-400, 0, 0], [400, 0, 0]])
    with pytest.raises(ValueError, match="more than 300 Å from their middle"):
        viewer.film([far], ["only"], "number", "Two atoms.")


def test_elements_have_their_usual_colours_in_the_light():
    (h_radius, _, h_bright), (o_radius, o_dark, o_bright) = viewer._looks(ase.Atoms("HO", [[0, 0, 0], [1, 0, 0]]))
    assert h_radius < o_radius
    assert h_bright == [1, 1, 1]
    assert o_bright[0] == 1
    assert max(o_bright[1:]) < 0.1
    np.testing.assert_allclose(o_dark, np.array(o_bright) / 2)
