"""Pictures of atoms: one sheet with alt text and a labelled slider."""

import base64
import io
import re

import ase
import numpy as np
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
