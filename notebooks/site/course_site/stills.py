"""Explorers without a kernel: the pictures and sentences of the live ones, over a grid of the controls that teach most.

Nothing is drawn or said here: each state is what `forcefield.explorers` shows for its values.
"""

import base64
import html
import importlib
import io
import itertools
import json

from PIL import Image

FOLDER = "explorers"

LARGEST = 3e6
"""Bytes that a reader may have to wait for."""

GRIDS = {
    "lennard_jones": {"distance": 4, "sigma": 8},
    "soap": {"cutoff_radius": 5, "sigma": 8},
    "training": {"n_labels": 5, "force_share": 5},
    "extrapolation": {"distance": 6, "shift": 5},
    "dynamics": {"temperature": 5, "time_step": 4},
    "committee": {"size": 6, "along": 3, "sideways": 6},
    "strain": {"stretch": 3, "shear": 8},
    "proton": {"place": 1, "n_frames": 1},
    "data_map": {"row": 13, "colour": 1},
    "molecule_map": {"row": 7, "colour": 1},
}
"""The controls that move on a page, by explorer, and how many steps of the live control are one step there."""


def settings(control, stride):
    """Values of a live control that a page can show, among them the default, and how each is written."""
    if hasattr(control, "options"):
        values = list(control.options)
        return values[values.index(control.value) % stride :: stride], str
    count = round((control.max - control.min) / control.step)
    start = round((control.value - control.min) / control.step)
    steps = range(start % stride, count + 1, stride)
    if isinstance(control.value, int):
        return [control.min + step * control.step for step in steps], str
    return [round(control.min + step * control.step, 6) for step in steps], "{:.2f}".format


def picture(png):
    """Address of a picture: as it was drawn, in half the room."""
    buffer = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").save(buffer, format="webp", lossless=True, method=2, quality=50)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def make(name, about, grid=None):
    """All states of one explorer.

    Parameters
    ----------
    name : str
        Of its module.
    about : tuple
        What the explorer is about: data, models.
    grid : dict of str to int
        As in `GRIDS`.

    Returns
    -------
    dict
        "controls": name, label, values as they are written and place of the default, for each that moves;
        "fixed": labels and values of the others; "sentences" and "pictures" of all states, the last control fastest.
    """
    from forcefield.explorers.base import Explorer  # slow to load, and not needed where explorers are found

    module, grid = importlib.import_module(f"forcefield.explorers.{name}"), GRIDS[name] if grid is None else grid
    explorer = Explorer(lambda figure: module.build(figure, *about), module.controls(), module.HEIGHT)
    chosen = {key: settings(explorer.controls[key], stride) for key, stride in grid.items()}
    made = {
        "controls": [
            {
                "name": key,
                "label": explorer.controls[key].description,
                "values": [written(value) for value in values],
                "start": values.index(explorer.defaults[key]),
            }
            for key, (values, written) in chosen.items()
        ],
        "fixed": [
            f"{control.description}: {settings(control, 1)[1](control.value)}"
            for key, control in explorer.controls.items()
            if key not in grid
        ],
        "sentences": [],
        "pictures": [],
    }
    for state in itertools.product(*(values for values, _ in chosen.values())):
        said = explorer.draw(explorer.defaults | dict(zip(chosen, state, strict=True)))
        made["sentences"].append(" ".join(said).strip())
        made["pictures"].append(picture(explorer.png))
    return made


def start_of(made):
    """Place of the state in which an explorer starts."""
    place = 0
    for control in made["controls"]:
        place = place * len(control["values"]) + control["start"]
    return place


def script(name, made):
    """What a page loads when it reaches the explorer."""
    return f"(window.courseExplorers ??= {{}}).{name} = {json.dumps(made, ensure_ascii=False)};\n"


def page(name, made, plays=""):
    """HTML of an explorer as it starts: picture and sentence stand before its script is there, and without it.

    `plays` names a control that moves by itself until the reader stops it.
    """
    start = start_of(made)
    sentence, source = html.escape(made["sentences"][start]), made["pictures"][start]
    width, height = Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))).size
    moves = f' data-plays="{plays}"' if plays else ""
    fixed = f"Fixed here: {html.escape('; '.join(made['fixed']))}. " if made["fixed"] else ""
    return (
        f'<div class="course-still" data-explorer="{name}"{moves}><div class="course-controls"></div>'
        f'<img alt="{sentence}" width="{width}" height="{height}" src="{FOLDER}/{name}.webp">'
        f'<p class="course-reading" role="status">{sentence}</p>'
        f'<p class="course-fixed">{fixed}The notebook has all controls, at every step.</p></div>'
    )


def write(name, made, folder):
    """Write an explorer's script and its first picture into the site."""
    text = script(name, made)
    if len(text.encode()) > LARGEST:
        raise ValueError(f"The explorer {name} takes {len(text) / 1e6:.1f} MB: give it fewer values in GRIDS.")
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    (folder / FOLDER / f"{name}.js").write_text(text, encoding="utf-8")
    first = made["pictures"][start_of(made)].partition(",")[2]
    (folder / FOLDER / f"{name}.webp").write_bytes(base64.b64decode(first))
