"""How fast the explorers answer, beside a slider that changes only a line of text.

`python tests/benchmark_explorers.py`. Not a test: it prints. Milliseconds from the key press to the painted
picture, in JupyterLab in a headless Chromium, the kernel on this machine. The sliders take turns, so that
whatever else the machine does slows all of them.
"""

import argparse
import tempfile
from pathlib import Path

import nbformat
import numpy as np
from browser import EXPLORER, EXPLORER_NAMES, chromium, find_chromium, lab, open_and_run, open_lab

SETUP = """
import numpy as np
from ase.calculators.emt import EMT
from ase.io import read
from forcefield import crystals, molecule, prepared, sampling
from forcefield.dataset import Dataset
from forcefield.data_maps import data_map
from forcefield.descriptors import describe_without_derivatives, make_soap
from forcefield.full_gaussian_process import GaussianProcess
from forcefield.several_sets import LabelledStructures
from forcefield.lesson import start_lesson
from forcefield.training import train

start_lesson()
dimers = prepared.make_dimer_dataset()
members = [train(dimers[::7], seed=seed, method="levenberg_marquardt", iterations=50)[0] for seed in range(16)]
frames = crystals.crystal_frames(10, 0)
frames = Dataset.from_structures(frames, crystals.crystal_soap(), attach=True, calculator=EMT())
crystal_models = [train(frames, hidden_units=(8,), seed=seed, iterations=20)[0] for seed in range(3)]
clusters = [sampling.copper_cluster() for _ in range(20)]
for seed, cluster in enumerate(clusters):
    cluster.rattle(0.1, seed=seed)
clusters = Dataset.from_structures(clusters, prepared.copper_soap(), attach=True, calculator=EMT())
copper_model, _ = train(clusters, hidden_units=(8,), method="levenberg_marquardt", iterations=20)
need = {"training": (dimers,), "extrapolation": (members[0],), "committee": (members,)}
need |= {"dynamics": (copper_model,), "strain": (crystal_models,)}
labelled = read(molecule.LABELS / "malonaldehyde.extxyz.gz", ":")
molecule_soap = make_soap(("H", "C", "O"), 5.0, 0.4, 4, 4)
one = [GaussianProcess(LabelledStructures(labelled[::13], molecule_soap))]
need["proton"] = ({40: 3 * one, 80: 3 * one, 160: 3 * one}, molecule.reaction_path()[2])
def chart(structures, soap):
    described = describe_without_derivatives(soap, structures)
    numbers = np.linspace(0, 1, len(structures))
    return (data_map(structures, described, numbers, numbers, ["a frame"] * len(structures)),)
many = [sampling.copper_cluster() for _ in range(300)]
for seed, cluster in enumerate(many):
    cluster.rattle(0.1, seed=seed)
need |= {"data_map": chart(many, prepared.copper_soap()), "molecule_map": chart(labelled[:120], molecule_soap)}
"""

TEXT_ONLY = """
import ipywidgets
plain = ipywidgets.FloatSlider(value=3, min=2, max=7.5, step=0.05)
text = ipywidgets.HTML("<p class='course-reading'>3.00</p>")
plain.observe(lambda change: setattr(text, "value", f"<p class='course-reading'>{change.new:.2f}</p>"), names="value")
box = ipywidgets.VBox([plain, text])
_ = box.add_class("course-explorer")
box
"""

EXPLORE = "from forcefield.explorers.{0} import {0}_explorer\n{0}_explorer(*need.get('{0}', ()))"

CELLS = (SETUP, TEXT_ONLY, *map(EXPLORE.format, EXPLORER_NAMES))

# Wait from the next key press until what the explorer says has changed, and is painted.
TIME_A_MOVE = """explorer => {
    const said = () => explorer.querySelector('.course-reading').textContent;
    const before = said();
    window.courseMove = new Promise(resolve => {
        let pressed;
        explorer.addEventListener('keydown', () => { pressed = performance.now(); }, {capture: true, once: true});
        const observer = new MutationObserver(async () => {
            if (said() === before) return;
            observer.disconnect();
            await explorer.querySelector('img')?.decode();
            requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - pressed)));
        });
        observer.observe(explorer, {subtree: true, childList: true, characterData: true, attributes: true});
    });
}"""

# Note when the pointer moved last, and when the picture changed last and was painted.
TIME_A_DRAG = """explorer => {
    const times = window.courseDrag = {moved: 0, painted: 0, pictures: 0};
    document.addEventListener('pointermove', () => { times.moved = performance.now(); }, {capture: true});
    const observer = new MutationObserver(async () => {
        await explorer.querySelector('img').decode().catch(() => {});
        times.pictures += 1;
        requestAnimationFrame(() => setTimeout(() => { times.painted = performance.now(); }));
    });
    observer.observe(explorer.querySelector('img').closest('.widget-html-content'), {childList: true});
}"""


def memory_of_kernel(page):
    """Resident memory of the notebook's kernel, MB."""
    code = "import os, psutil; print(psutil.Process(os.getpid()).memory_info().rss)"
    return (
        int(
            page.evaluate(
                """async code => {
            const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
            const request = kernel.requestExecute({code});
            let said = '';
            request.onIOPub = message => { said += message.content.text ?? ''; };
            await request.done;
            return said;
        }""",
                code,
            )
        )
        / 1e6
    )


def measure_moves(page, explorers, rounds):
    """Times of single moves of the sliders of every explorer in turn, ms, shape (n_explorers, rounds)."""
    times = np.zeros((len(explorers), rounds))
    for count in range(rounds):
        for number, explorer in enumerate(explorers):
            handles = explorer.locator(".noUi-handle")
            handle = handles.nth(count % handles.count())
            # There and back again, so that no slider comes to its end.
            key = "ArrowRight" if (count // handles.count()) % 2 == 0 else "ArrowLeft"
            explorer.evaluate(TIME_A_MOVE)
            handle.press(key)
            times[number, count] = page.evaluate("window.courseMove")
    return times


def measure_drag(page, explorer):
    """Drag the first slider in 40 steps: ms from the last step to the last picture, pictures, is the last one right."""
    handle = explorer.locator(".noUi-handle").first
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    explorer.evaluate(TIME_A_DRAG)
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 41):
        page.mouse.move(x + 2 * step, y)
        page.wait_for_timeout(8)
    page.wait_for_timeout(4000)
    page.mouse.up()
    times = page.evaluate("window.courseDrag")
    number = explorer.locator(".widget-readout").first.text_content().replace("−", "-")
    return (
        times["painted"] - times["moved"],
        times["pictures"],
        f" {number} " in explorer.locator("img").get_attribute("alt"),
    )


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=60, help="moves of every explorer (default: 60)")
    parser.add_argument("--port", type=int, help="port of the JupyterLab that is started (default: a free one)")
    arguments = parser.parse_args()
    if find_chromium() is None:
        raise SystemExit("No Chromium or Chrome found: install one to run this benchmark.")
    with tempfile.TemporaryDirectory() as folder:
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in CELLS])
        book.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(book, Path(folder) / "benchmark.ipynb")
        with lab(Path(folder), arguments.port) as server, chromium() as browser:
            page = browser.new_page(viewport={"width": 1280, "height": 2600})
            open_lab(page, server)
            open_and_run(page, "benchmark.ipynb")
            page.locator(EXPLORER).nth(len(EXPLORER_NAMES)).wait_for()
            explorers = page.locator(EXPLORER).all()
            measure_moves(page, explorers, 6)  # warm up
            before = memory_of_kernel(page)
            times = measure_moves(page, explorers, arguments.rounds)
            print(f"{arguments.rounds} moves each, key press to painted picture, ms")
            print(f"{'':16s}{'median':>8s}{'ratio':>7s}{'95 %':>8s}{'ratio':>7s}")
            medians, tails = np.median(times, axis=1), np.percentile(times, 95, axis=1)
            for name, median, tail in zip(("text only", *EXPLORER_NAMES), medians, tails, strict=True):
                print(f"{name:16s}{median:8.0f}{median / medians[0]:7.2f}{tail:8.0f}{tail / tails[0]:7.2f}")
            print("\na drag of 40 steps: from the last step to the last picture, ms")
            for name, explorer in zip(EXPLORER_NAMES, explorers[1:], strict=True):
                late, pictures, right = measure_drag(page, explorer)
                words = f"{pictures} pictures, the last one is {'right' if right else 'WRONG'}"
                print(f"{name:16s}{max(late, 0):8.0f}   {words}")
            print(f"\nmemory of the kernel: {memory_of_kernel(page) - before:+.0f} MB in all of this")


if __name__ == "__main__":
    main()
