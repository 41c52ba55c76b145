"""The progress display: what it says, how rarely it draws, that a fit can call it."""

import time

import pytest

from forcefield.progress import ProgressDisplay
from forcefield.training import train


def test_it_says_how_far_a_fit_has_come():
    progress = ProgressDisplay("Training <a network>", interval=0)
    progress.update(0.25, 0.5, 0.125)
    assert str(progress) == (
        "Training <a network>: running at 25 % of the allowed length, "
        "training loss 5.0e-01, best validation loss 1.2e-01"
    )
    # The bar has a role and a name for screen readers, and a name cannot break the page.
    assert '<progress aria-label="Training &lt;a network&gt;" max="100" value="25"' in progress.widget.value
    assert progress.widget.value.count("<") == 2


@pytest.mark.parametrize(("fraction", "percent"), [(0, 0), (1, 100), (1.2, 100), (-1, 0)])
def test_the_bar_stays_between_its_ends(fraction, percent):
    progress = ProgressDisplay(interval=0)
    progress(fraction, 1.0)
    assert f'value="{percent}"' in progress.widget.value
    assert f" {percent} %" in str(progress)
    assert "validation" not in str(progress)


def test_it_draws_rarely_but_never_misses_the_end():
    progress = ProgressDisplay(interval=3600)
    drawn = []
    progress.widget.observe(lambda change: drawn.append(change["new"]), "value")
    for step in range(1, 1001):
        progress(step / 1000, 1.0 / step, None)
    assert len(drawn) == 1
    assert 'value="100"' in drawn[0]


def test_it_draws_again_when_the_interval_has_passed():
    progress = ProgressDisplay(interval=0.01)
    before = progress.widget.value
    time.sleep(0.02)
    progress(0.5, 1.0, None)
    assert progress.widget.value != before


def test_a_fit_fills_it(labelled_and_rest):
    training, test = labelled_and_rest
    with ProgressDisplay(interval=3600) as progress:
        train(training, test[::10], hidden_units=(4,), iterations=20, progress=progress)
    fraction, training_loss, best = progress.numbers
    assert fraction == 1
    assert 0 < training_loss < 10
    assert 0 < best < 10
    # What is stored for readers without a kernel, and what a kernel shows.
    bundle = progress._repr_mimebundle_()
    assert bundle["text/plain"] == str(progress)
    assert "finished at 100 %" in bundle["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_early_stopping_is_not_shown_as_a_full_bar():
    with ProgressDisplay() as progress:
        progress(0.4, 0.1, 0.2)
    assert "finished at 40 %" in str(progress)
    assert 'value="40"' in progress.widget.value


def test_an_error_is_passed_on_and_said():
    progress = ProgressDisplay()
    with pytest.raises(ZeroDivisionError), progress:
        progress(0.4, 1 / 0, None)
    assert "stopped at 0 %" in str(progress)
    assert "stopped" in progress.widget.value
