"""The widget that all explorers share: controls, one picture, one sentence that reads it."""

import base64
import io
from typing import NamedTuple

import ipywidgets as widgets
import matplotlib as mpl
from PIL import Image

from forcefield.explorers.controls import align, live_page, still_page
from forcefield.explorers.drawing import SMALL_STYLE, new_figure


class Reading(NamedTuple):
    """What a picture says: numbers that are the same on every machine, and those that are not (times, predictions)."""

    sentence: str
    note: str = ""


class WordExplorer(widgets.VBox):
    """Controls, and below them a sentence that follows.

    Parameters
    ----------
    update : callable
        ``update(**values)`` takes the value of every control and returns a sentence (or a `Reading`). A ValueError
        that it raises is shown to the reader, and the last picture stays.
    controls : dict of ipywidgets.Widget
        The control of every value, in the order in which they are shown.
    """

    def __init__(self, update, controls):
        self.update, self.controls = update, controls
        self.defaults = {name: control.value for name, control in controls.items()}
        self.reading, self.problem, self._resetting = Reading(""), "", False
        self.page = widgets.HTML()
        self.reset_button = widgets.Button(description="Reset", layout={"width": "auto", "margin": "1px 2px 1px 12px"})
        self.reset_button.on_click(lambda _: self.reset())
        for control in controls.values():
            control.observe(lambda _: self.redraw(), names="value")
        align(controls.values())
        least = 330 if len(controls) > 4 else 660  # pixels: two controls in a row if there are many of them
        columns = f"repeat(auto-fit, minmax(min(100%, {least}px), 1fr))"
        rows = widgets.GridBox(list(controls.values()), layout={"grid_template_columns": columns, "width": "100%"})
        beside = {"grid_template_columns": "1fr auto", "align_items": "center", "width": "99%"}
        top = widgets.GridBox([rows, self.reset_button], layout=beside)
        super().__init__([top, self.page], layout={"width": "100%", "max_width": "900px"})
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
        """Show what belongs to the values of the controls."""
        if self._resetting:
            return
        try:
            self.reading, self.problem = self.draw({name: control.value for name, control in self.controls.items()}), ""
        except ValueError as problem:
            self.problem = str(problem)
        except Exception as problem:  # an error in a callback is lost in a log that no reader sees
            self.problem = f"This setting could not be shown ({type(problem).__name__}: {problem})."
        self.page.value = live_page(" ".join(self.reading).strip(), *self.source(), problem=self.problem)

    def draw(self, values):
        """Draw for a dict of values, and return the `Reading`."""
        said = self.update(**values)
        return said if isinstance(said, Reading) else Reading(said)

    def source(self):
        """Addresses of the pictures: none here."""
        return ()

    def _repr_mimebundle_(self, **kwargs):
        """The widget, and for viewers without widgets the picture and the sentence."""
        bundle = super()._repr_mimebundle_(**kwargs)
        bundle["text/html"] = still_page(self.reading.sentence, *self.source())
        bundle["text/plain"] = self.reading.sentence
        return bundle


class Explorer(WordExplorer):
    """Controls above a picture that follows them, and the sentence that reads it below.

    The figure is drawn once. After that only its animated artists are drawn anew, over a copy of the rest: this
    is what makes it fast. The output holds a picture and a sentence too, for readers without a kernel.

    Parameters
    ----------
    build : callable
        Takes a matplotlib figure, draws what stays and what moves (animated=True), and returns
        ``update(**values)``, as in `WordExplorer`, which moves the animated artists. Limits of axes stay,
        unless the axis is animated too.
    controls : dict of ipywidgets.Widget
    height : float
        Height of the picture, inches.
    """

    def __init__(self, build, controls, height):
        self.png = b""
        with mpl.rc_context(SMALL_STYLE):
            self.figure = new_figure(height)
            update = build(self.figure)
            self.figure.canvas.draw()
        self.background = self.figure.canvas.copy_from_bbox(self.figure.bbox)
        self.moving = [
            (axes, artist) for axes in self.figure.axes for artist in axes.get_children() if artist.get_animated()
        ]
        self.moving.sort(key=lambda pair: pair[1].get_zorder())
        super().__init__(update, controls)

    def draw(self, values):
        """Move the animated artists, and make the picture."""
        with mpl.rc_context(SMALL_STYLE):
            reading = super().draw(values)
            self.figure.canvas.restore_region(self.background)
            for axes, artist in self.moving:
                axes.draw_artist(artist)
        picture = Image.frombuffer("RGBA", self.figure.canvas.get_width_height(), self.figure.canvas.buffer_rgba())
        # A palette halves both the size of the picture and the time to write it.
        picture = picture.convert("RGB").quantize(256, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        buffer = io.BytesIO()
        picture.save(buffer, format="png", compress_level=3)
        self.png = buffer.getvalue()
        return reading

    def source(self):
        """The picture as an address."""
        return (f"data:image/png;base64,{base64.b64encode(self.png).decode()}",)

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        bundle["image/png"] = base64.b64encode(self.png).decode()
        return bundle, {"image/png": {"alt": self.reading.sentence}}


def figure_and_explorer(build, controls, height):
    """The two functions with which the module of an explorer ends.

    Parameters
    ----------
    build : callable
        As in `Explorer`, but takes what the explorer is about (a data set, a model) after the figure.
    controls : callable
        Returns the controls, new ones at each call.
    height : float
        Inches.

    Returns
    -------
    figure : callable
        ``figure(*about)`` returns the figure of the default values, and the sentence that reads it.
    explorer : callable
        ``explorer(*about)`` returns the `Explorer`.
    """

    def figure(*about):
        with mpl.rc_context(SMALL_STYLE):
            drawn = new_figure(height)
            defaults = {name: control.value for name, control in controls().items()}
            return drawn, build(drawn, *about)(**defaults).sentence

    def explorer(*about):
        return Explorer(lambda drawn: build(drawn, *about), controls(), height)

    return figure, explorer
