"""How long the site takes to build, how heavy its pages are, and how fast they answer.

`python tests/benchmark_site.py`. Not a test: it prints. Pages come from a server on this machine to a headless
Chromium. With `--lighthouse COMMAND` (lighthouse from npm, 12 or later) it also prints what that says to three pages.
"""

import argparse
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from browser import BROWSER_ARGUMENTS, ROOT, chromium, find_chromium

sys.path[:0] = [str(ROOT / "notebooks"), str(ROOT / "notebooks" / "site"), str(ROOT / "binder")]

import site_browser  # noqa: E402 (the line above says where the site's own modules are)

from course_site import kept, stills  # noqa: E402

# The time from a key press until the picture that belongs to it has been decoded and painted.
TIME_A_KEY = """() => new Promise(resolve => {
    const slider = document.activeElement, image = slider.closest('.course-still').querySelector('img');
    let pressed;
    slider.addEventListener('keydown', () => { pressed = performance.now(); }, {capture: true, once: true});
    slider.addEventListener('input', async () => {
        await image.decode();
        requestAnimationFrame(() => setTimeout(() => window.courseTimes.push(performance.now() - pressed)));
    }, {once: true});
    resolve();
})"""

FIRST_PICTURE = """async () => {
    const first = document.querySelector('article img');
    first.scrollIntoView(); /* it is loaded when it comes into sight */
    await first.decode();
    return [performance.now(), performance.getEntriesByName('first-contentful-paint')[0]?.startTime];
}"""


def measure_builds(folder):
    """Build with nothing kept, and again."""
    aside = kept.KEPT.with_name("site-aside")
    if kept.KEPT.exists():
        kept.KEPT.rename(aside)
    try:
        for name in ("first build, lessons' models found or made", "again"):
            start = time.perf_counter()
            site_browser.build(folder)
            print(f"{name}: {time.perf_counter() - start:.0f} s")
    finally:
        if aside.exists():
            shutil.rmtree(kept.KEPT, ignore_errors=True)
            aside.rename(kept.KEPT)


def measure_sizes(folder):
    """Size of every page with its pictures; compressed, as a server sends it; and of the explorers."""
    for path in sorted(folder.glob("[0-9]*.html")):
        text = path.read_text(encoding="utf-8")
        own = set(re.findall(r'src="((?:pictures|explorers)/[^"]+)"', text))
        pictures = sum((folder / name).stat().st_size for name in own)
        packed = len(gzip.compress(text.encode()))
        print(f"{path.stem}: {(len(text.encode()) + pictures) / 1e6:.2f} MB, text compressed {packed / 1e3:.0f} kB")
    shared = sum(path.stat().st_size for path in (folder / "_static").rglob("*") if path.suffix in (".js", ".css"))
    print(f"scripts and styles that all pages share, MathJax's rarer parts included: {shared / 1e6:.1f} MB")
    for name in stills.GRIDS:
        print(f"explorer {name}: {(folder / 'explorers' / f'{name}.js').stat().st_size / 1e6:.2f} MB")


def measure_first_pictures(browser, folder, address):
    """From the request until the first picture of a page is decoded, for a reader who goes there at once."""
    for path in sorted(folder.glob("[0-9]*.html")):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{address}{path.name}", wait_until="domcontentloaded")
        picture, paint = page.evaluate(FIRST_PICTURE)
        print(f"{path.stem}: first picture after {picture:.0f} ms, first paint after {paint or 0:.0f} ms")
        page.close()


def measure_sliders(browser, folder, address, keys=60):
    """From key to painted picture, for every explorer."""
    everything = []
    for name in stills.GRIDS:
        here = f'data-explorer="{name}"'
        lesson = next(path for path in folder.glob("[0-9]*.html") if here in path.read_text(encoding="utf-8"))
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        site_browser.open_page(page, f"{address}{lesson.name}")
        page.locator(f"[{here}]").scroll_into_view_if_needed()
        page.wait_for_selector(f"[{here}][data-ready]")
        page.evaluate("window.courseTimes = []")
        slider = page.locator(f"[{here}] input").first
        slider.focus()
        page.keyboard.press("Home")
        steps = int(slider.get_attribute("max"))
        for number in range(keys):
            page.evaluate(TIME_A_KEY)
            page.keyboard.press("ArrowRight" if (number // steps) % 2 == 0 else "ArrowLeft")
            page.wait_for_function(f"window.courseTimes.length === {number + 1}")
        times = page.evaluate("window.courseTimes")
        everything += times
        print(f"{name}: key to picture {np.median(times):.0f} ms, 95 % within {np.percentile(times, 95):.0f} ms")
        page.close()
    print(f"all: {np.median(everything):.0f} ms, 95 % within {np.percentile(everything, 95):.0f} ms")


def measure_lighthouse(command, address):
    """What lighthouse says to a page, in per cent."""
    settings = " ".join(["--headless=new", *BROWSER_ARGUMENTS])
    environment = os.environ | {"CHROME_PATH": find_chromium()}
    options = ["--output=json", "--quiet", "--only-categories=performance,accessibility,best-practices,seo"]
    for name in ("index", "02_dataset", "10_molecule"):
        asked = [*command.split(), f"{address}{name}.html", *options, f"--chrome-flags={settings}"]
        ran = subprocess.run(asked, capture_output=True, encoding="utf-8", env=environment)
        if ran.returncode:
            print(f"{name}: lighthouse failed: {ran.stderr.strip()[-300:]}")
            continue
        result = json.loads(ran.stdout)
        said = ", ".join(f"{key} {100 * one['score']:.0f}" for key, one in result["categories"].items())
        broken = [one["id"] for one in result["audits"].values() if one["score"] == 0]
        print(f"{name}: {said}; audits not met: {', '.join(broken) or 'none'}")


def main():
    """Measure all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lighthouse", metavar="COMMAND", help="lighthouse from npm")
    parser.add_argument("--built", metavar="FOLDER", type=Path, help="measure this site, and build none")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = chosen.built or Path(made) / "_site"
        if not chosen.built:
            measure_builds(folder)
        measure_sizes(folder)
        with site_browser.serve(folder) as address:
            with chromium() as browser:
                measure_first_pictures(browser, folder, address)
                measure_sliders(browser, folder, address)
            if chosen.lighthouse:
                measure_lighthouse(chosen.lighthouse, address)


if __name__ == "__main__":
    main()
