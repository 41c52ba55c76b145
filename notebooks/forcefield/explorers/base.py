"""The widget that all explorers share: controls, one picture, one sentence that reads it."""

import base64
import html
import io
from typing import NamedTuple

import ipywidgets as widgets
import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from forcefield.plots import STYLE

# What ipywidgets leaves out for readers who use the keyboard or a screen reader. A slider has no name, so it gets its
# label. JupyterLab takes keys like the arrow down for itself, so it is told to leave them to the controls. Script in
# an HTML widget does not run, the load event of a picture does.
WHEN_LOADED = """
const explorer = this.closest('.course-explorer');
if (explorer) {
    for (const control of explorer.querySelectorAll('.noUi-handle, .widget-readout, select, button')) {
        control.setAttribute('data-lm-suppress-shortcuts', 'true');
    }
    for (const row of explorer.querySelectorAll('.widget-slider')) {
        const label = row.querySelector('.widget-label').textContent;
        const number = row.querySelector('.widget-readout');
        row.querySelector('.noUi-handle').setAttribute('aria-label', label);
        number.setAttribute('role', 'textbox');
        number.setAttribute('aria-label', label + ', as a number');
    }
}
"""


class Reading(NamedTuple):
    """What a picture says, in words.

    Parameters
    ----------
    sentence : str
        Numbers that are the same on every machine.
    note : str
        Numbers that are not: times, and what a trained model says.
    """

    sentence: str
    note: str = ""


def new_figure(height):
    """A figure in the course's style that pyplot does not know, so that none stays open.

    Parameters
    ----------
    height : float
        Height, inches.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure = Figure(figsize=(7.8, height), dpi=STYLE["figure.dpi"])
    FigureCanvasAgg(figure)
    return figure


def default_figure(build, defaults, height):
    """The figure of the default values, for `forcefield.plots.show`.

    Parameters
    ----------
    build : callable
        As in `Explorer`.
    defaults : dict
        Value of every control.
    height : float
        Height, inches.

    Returns
    -------
    figure : matplotlib.figure.Figure
    alt : str
        The sentence that reads it.
    """
    with mpl.rc_context(STYLE):
        figure = new_figure(height)
        return figure, build(figure)(**defaults).sentence


def slider(label, value, minimum, maximum, step, continuous=True):
    """A labelled slider, for whole numbers if all its values are whole.

    Parameters
    ----------
    label : str
        Visible and accessible name, with its unit.
    value, minimum, maximum, step : float or int
    continuous : bool
        Whether the picture follows while the handle moves, or waits until it is let go.

    Returns
    -------
    ipywidgets.IntSlider or ipywidgets.FloatSlider
    """
    settings = {
        "description": label,
        "value": value,
        "min": minimum,
        "max": maximum,
        "step": step,
        "continuous_update": continuous,
        "style": {"description_width": "160px"},
        "layout": widgets.Layout(width="auto", min_width="0"),
    }
    if all(isinstance(number, int) for number in (value, minimum, maximum, step)):
        return widgets.IntSlider(**settings)
    return widgets.FloatSlider(readout_format=".2f", **settings)


def choice(label, value, options):
    """A labelled list to choose from.

    Parameters
    ----------
    label : str
    value : str
    options : sequence of str

    Returns
    -------
    ipywidgets.Dropdown
    """
    return widgets.Dropdown(
        description=label,
        value=value,
        options=options,
        style={"description_width": "160px"},
        layout=widgets.Layout(width="auto", min_width="0"),
    )


class Explorer(widgets.VBox):
    """Controls above a picture that follows them, and the sentence that reads it below.

    The figure is drawn once. After that only its animated artists are drawn anew, over a copy of the rest: this
    is what makes it fast. The output holds a picture and a sentence too, for readers without a kernel.

    Parameters
    ----------
    build : callable
        Takes a matplotlib figure, draws what stays and what moves (animated=True), and returns
        ``update(**values)``, which takes the value of every control, moves the animated artists and returns
        a `Reading`. Limits of axes stay. A ValueError that it raises is shown to the reader as a
        sentence, and the last picture stays.
    controls : dict of ipywidgets.Widget
        The control of every value, in the order in which they are shown.
    height : float
        Height of the picture, inches.
    """

    def __init__(self, build, controls, height):
        self.controls = controls
        self.defaults = {name: control.value for name, control in controls.items()}
        self.png, self.reading, self.problem, self._resetting = b"", Reading(""), "", False
        with mpl.rc_context(STYLE):
            self.figure = new_figure(height)
            self.update = build(self.figure)
            self.figure.canvas.draw()
        self.background = self.figure.canvas.copy_from_bbox(self.figure.bbox)
        self.moving = [
            (axes, artist) for axes in self.figure.axes for artist in axes.get_children() if artist.get_animated()
        ]
        self.moving.sort(key=lambda pair: pair[1].get_zorder())
        self.picture = widgets.HTML()
        self.reset_button = widgets.Button(description="Reset", layout=widgets.Layout(width="auto"))
        self.reset_button.on_click(lambda _: self.reset())
        for control in controls.values():
            control.observe(lambda _: self.redraw(), names="value")
        rows = widgets.GridBox(
            [*controls.values(), self.reset_button],
            layout=widgets.Layout(grid_template_columns="repeat(auto-fit, minmax(min(100%, 390px), 1fr))", width="99%"),
        )
        super().__init__([rows, self.picture], layout=widgets.Layout(width="100%", max_width="900px"))
        self.add_class("course-explorer")
        self.redraw()

    def reset(self):
        """Set every control to its default value, and draw once."""
        self._resetting = True
        try:
            for name, control in self.controls.items():
                control.value = self.defaults[name]
        finally:
            self._resetting = False
        self.redraw()

    def redraw(self):
        """Draw the picture that belongs to the values of the controls."""
        if self._resetting:
            return
        values = {name: control.value for name, control in self.controls.items()}
        try:
            with mpl.rc_context(STYLE):
                self.reading = self.update(**values)
                self.figure.canvas.restore_region(self.background)
                for axes, artist in self.moving:
                    axes.draw_artist(artist)
        except ValueError as problem:
            self._display(str(problem))
        except Exception as problem:  # an error in a callback is lost in a log that no reader sees
            self._display(f"This setting could not be shown ({type(problem).__name__}: {problem}).")
        else:
            buffer = io.BytesIO()
            picture = Image.frombuffer("RGBA", self.figure.canvas.get_width_height(), self.figure.canvas.buffer_rgba())
            # A palette halves both the size of the picture and the time to write it.
            picture = picture.convert("RGB").quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
            picture.save(buffer, format="png", compress_level=3)
            self.png = buffer.getvalue()
            self._display()

    def _display(self, problem=""):
        """Send picture, reading and, if there is one, what is wrong with the setting: one message."""
        self.problem = problem
        words = html.escape(f"{self.reading.sentence} {self.reading.note}".strip())
        said = f'<b role="alert">{html.escape(problem)} The picture shows the last setting that worked.</b>'
        self.picture.value = (
            f'<img alt="{words}" style="max-width: 100%; height: auto" onload="{html.escape(WHEN_LOADED)}" '
            f'src="data:image/png;base64,{base64.b64encode(self.png).decode()}">'
            f'<p class="course-reading" style="line-height: 1.5">{said if problem else words}</p>'
        )

    def _repr_mimebundle_(self, **kwargs):
        """The widget, and for viewers without widgets the picture and the sentence."""
        bundle = super()._repr_mimebundle_(**kwargs)
        bundle["text/plain"] = self.reading.sentence
        bundle["image/png"] = base64.b64encode(self.png).decode()
        return bundle, {"image/png": {"alt": self.reading.sentence}}
