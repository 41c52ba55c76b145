"""The controls of the explorers: sliders and lists with names, for the mouse, the keyboard and screen readers."""

import html

import ipywidgets as widgets

LAYOUT = {"width": "auto", "min_width": "0", "margin": "1px 2px"}

LOOK = """<style>
.course-explorer .widget-readout { border: 1px solid #767676; border-radius: 2px; min-width: 52px; padding: 0 4px; }
.course-explorer .widget-readout:focus { outline: 2px solid #0072B2; }
.course-reading { line-height: 1.5; margin: 2px 0; }
</style>"""
"""A number that can be typed over looks like it."""

# What ipywidgets leaves out. A slider's handle has no name, so it gets its label. JupyterLab takes keys like the arrow
# down for itself, so it is told to leave them to the controls. A slider that is moved without a running notebook moves
# alone: if nothing has answered after three seconds, the reader is told. Script in an HTML widget does not run, the
# load event of a picture does.
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
    const shown = () => [...explorer.querySelectorAll('.widget-readout, select')].map(
        control => control.value ?? control.textContent).join();
    explorer.courseAnswer = {picture: this, values: shown()};
    if (!explorer.courseListens) {
        explorer.courseListens = true;
        const ask = () => {
            const before = explorer.courseAnswer;
            setTimeout(() => {
                if (explorer.courseAnswer === before && shown() !== before.values) {
                    explorer.querySelector('.course-hint').hidden = false;
                }
            }, 3000);
        };
        for (const kind of ['keyup', 'pointerup', 'change']) {
            explorer.addEventListener(kind, ask);
        }
    }
}
"""

NOT_RUNNING = "The notebook is not running, so nothing follows the sliders: choose <i>Run &gt; Run All Cells</i>."

PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
"""A picture of one transparent pixel, for what has none: its load event names the controls."""


def slider(label, value, minimum, maximum, step):
    """A slider named by its label, with its unit; for whole numbers if all its values are whole."""
    settings = {"description": label, "value": value, "min": minimum, "max": maximum, "step": step, "layout": LAYOUT}
    if all(isinstance(number, int) for number in (value, minimum, maximum, step)):
        return widgets.IntSlider(**settings)
    return widgets.FloatSlider(readout_format=".2f", **settings)


def choice(label, value, options):
    """A labelled list to choose from."""
    return widgets.Dropdown(description=label, value=value, options=options, layout=LAYOUT)


def align(controls):
    """Give all controls room for the longest of their labels."""
    width = f"{7 * max(len(control.description) for control in controls) + 12}px"
    for control in controls:
        control.style.description_width = width


def live_page(words, source=PIXEL, problem=""):
    """HTML of what stands below the controls: a picture (its address), its reading, and what is wrong, if anything."""
    alt, size = ("", 'width="1" height="1"') if source == PIXEL else (words, 'style="max-width: 100%; height: auto"')
    said = f'<b role="alert">{html.escape(problem)} The picture shows the last setting that worked.</b>'
    return (
        f'{LOOK}<p class="course-hint" role="status" hidden><b>{NOT_RUNNING}</b></p>'
        f'<img alt="{html.escape(alt)}" {size} onload="{html.escape(WHEN_LOADED)}" src="{source}">'
        f'<p class="course-reading">{said if problem else html.escape(words)}</p>'
    )


def still_page(sentence, source=PIXEL):
    """The same for a reader without a running notebook: no script, no style, and where the sliders are."""
    picture = "" if source == PIXEL else f'<img alt="{html.escape(sentence)}" src="{source}">'
    return (
        "<p><b>The sliders appear here when the notebook runs:</b> choose <i>Run &gt; Run All Cells</i>.</p>"
        f"{picture}<p>{html.escape(sentence)}</p>"
    )
