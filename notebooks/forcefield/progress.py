"""A live display of how far a fit has come."""

import html
import time

import ipywidgets
from IPython.display import display


class ProgressDisplay:
    """A bar and the two losses, shown while a fit runs and kept when it has ended.

    Use it in a ``with`` block and give it to whatever calls back with three numbers, such as
    ``forcefield.training.fit(..., progress=progress)``. Calls between two redraws only store
    the numbers. Without a kernel the stored output still says in words how the fit ended.

    Parameters
    ----------
    name : str
        What is being fitted; the accessible name of the bar.
    interval : float
        Shortest time between two redraws, s.
    """

    def __init__(self, name="Training", interval=0.2):
        self.name, self.interval = name, float(interval)
        self.state, self.numbers = "running", (0.0, None, None)
        # ipywidgets' IntProgress has no role that a screen reader knows; HTML's own progress bar has one.
        self.widget = ipywidgets.HTML()
        self.drawn_at = self.handle = None
        self.draw()

    def update(self, fraction, training_loss, best_validation_loss=None):
        """Take the numbers, and draw them if the last redraw is long enough ago.

        Parameters
        ----------
        fraction : float
            How much of the work is done, from 0 to 1.
        training_loss : float
            No unit.
        best_validation_loss : float or None
            Lowest so far, no unit; None if there is no validation set.
        """
        self.numbers = (fraction, training_loss, best_validation_loss)
        if fraction >= 1 or time.monotonic() - self.drawn_at >= self.interval:
            self.draw()

    __call__ = update

    def __str__(self):
        fraction, training_loss, best_validation_loss = self.numbers
        parts = [f"{self.name}: {self.state} at {100 * min(max(fraction, 0), 1):.0f} % of the allowed length"]
        if training_loss is not None:
            parts.append(f"training loss {training_loss:.1e}")
        if best_validation_loss is not None:
            parts.append(f"best validation loss {best_validation_loss:.1e}")
        return ", ".join(parts)

    def draw(self):
        """Draw the last numbers now."""
        percent = round(100 * min(max(self.numbers[0], 0), 1))
        self.widget.value = (
            f'<progress aria-label="{html.escape(self.name)}" max="100" value="{percent}" style="width: 12em">'
            f"</progress> {html.escape(str(self))}"
        )
        self.drawn_at = time.monotonic()

    def _repr_mimebundle_(self, **_):
        return {**self.widget._repr_mimebundle_(), "text/plain": str(self)}

    def __enter__(self):
        self.handle = display(self, display_id=True)
        return self

    def __exit__(self, kind, problem, trace):
        self.state = "finished" if kind is None else "stopped"
        self.draw()
        # Once more, so that the stored text too says how it ended; without a notebook there is no handle.
        if self.handle is not None:
            self.handle.update(self)
