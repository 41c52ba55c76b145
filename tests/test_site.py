"""The site: everything on it stands, leads somewhere, is local, and is for everybody."""

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import unquote

import browser
import pytest
import site_browser
from browser import ROOT

from course_site import addresses, lessons, pictures, readme, stills, terms
from edition_lessons import student_lesson

LESSONS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
SITE = ROOT / "notebooks" / "site"
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
needs_chromium = pytest.mark.skipif(
    browser.find_chromium() is None,
    reason="no Chromium or Chrome found: install one, or give its path in the environment variable "
    f"{browser.CHROMIUM_VARIABLE}",
)


class Links(HTMLParser):
    """What a page leads to, what it loads, and the places on it that can be led to."""

    def __init__(self, text):
        super().__init__()
        self.targets, self.ids, self.pictures = [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.ids |= {values.get("id"), values.get("name")} - {None}
        self.targets += [values[name] for name in ("href", "src") if values.get(name) and tag != "use"]
        self.pictures += [values] if tag == "img" else []


@pytest.fixture(scope="session")
def site(tmp_path_factory, explorers_need):
    """The site, built, with a few states of each explorer."""
    folder = tmp_path_factory.mktemp("site")
    for name, about in explorers_need.items():
        made = stills.make(name, about, site_browser.few_values(name))
        (folder / f"{name}.json").write_text(json.dumps(made), encoding="utf-8")
    site_browser.build(folder / "_site", folder)
    return folder / "_site"


@pytest.fixture(scope="session")
def parsed(site):
    return {path.name: Links(path.read_text(encoding="utf-8")) for path in site.glob("*.html")}


def html_of(site, name):
    return (site / f"{name}.html").read_text(encoding="utf-8")


# ---- what is on it --------------------------------------------------------------------------------


def test_every_lesson_is_a_page_in_order(site):
    navigation = re.search(r'<nav class="sidebar-tree".*?</nav>', html_of(site, "index"), re.DOTALL).group()
    assert re.findall(r'href="(\d\d_\w+)\.html"', navigation) == [path.stem for path in LESSONS]
    for before, here, after in zip(LESSONS, LESSONS[1:], LESSONS[2:], strict=False):
        page = html_of(site, here.stem)
        assert re.search(r'class="next-page" href="([^"]+)"', page).group(1) == f"{after.stem}.html"
        assert re.search(r'class="prev-page" href="([^"]+)"', page).group(1) == f"{before.stem}.html"


def test_a_search_engine_is_told_what_it_is(site):
    assert '<meta content="A course in Jupyter notebooks' in html_of(site, "index")
    assert "<title>3. Training - Machine-learned force fields</title>" in html_of(site, "03_training")


def test_links_lead_to_pages_and_to_places_on_them(site, parsed):
    lost = []
    for name, page in parsed.items():
        for target in page.targets:
            if re.match(r"[a-z]+:", target):
                continue
            path, _, place = unquote(target).partition("#")
            path = re.sub(r"\?.*", "", path)
            if (path and not (site / path).is_file()) or (
                place and path.endswith((".html", "")) and place not in parsed.get(path or name, page).ids
            ):
                lost.append(f"{name}: {target}")
    assert lost == []


def test_a_heading_is_found_by_the_name_that_notebooks_know_it_by(parsed):
    assert "Terminology" in parsed["01_principle.html"].ids


@each_lesson
def test_what_a_lesson_shows_is_on_its_page(site, path):
    page, notebook = html_of(site, path.stem), lessons.read(path)
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and "".join(cell["source"]).strip()]
    tags = [cell["metadata"].get("tags", []) for cell in cells]
    assert page.count("cell_input") == len(cells)
    folded = sum("hide-input" in tag or "solution" in tag for tag in tags)
    assert page.count('<details class="admonition hide') == folded
    assert page.count(">Solution</p>") == sum("solution" in tag for tag in tags)
    assert "data:image/png" not in page


@each_lesson
def test_the_notebooks_to_take_away_are_the_lesson_and_the_students_edition(site, path):
    notebook = lessons.read(path)
    assert json.loads((site / "notebooks" / path.name).read_text(encoding="utf-8")) == notebook
    assert json.loads((site / "student" / path.name).read_text(encoding="utf-8")) == student_lesson(notebook)


@each_lesson
def test_a_page_is_light_and_every_picture_is_described(site, parsed, path):
    shown = parsed[f"{path.stem}.html"].pictures
    own = {picture["src"] for picture in shown if not picture["src"].startswith("data:")}
    size = (site / f"{path.stem}.html").stat().st_size + sum((site / name).stat().st_size for name in own)
    assert size < 1.5e6
    assert all(picture.get("alt") for picture in shown if not picture["src"].startswith("data:image/gif"))


def test_terms_lead_to_their_entries(site, parsed):
    links = {path.stem: re.findall(r'href="terminology\.html#([^"]+)"', html_of(site, path.stem)) for path in LESSONS}
    assert all(len(found) >= 5 for name, found in links.items() if name not in ("00_start_here", "11_your_own"))
    assert {"term-descriptor", "term-loss", "term-committee"} <= {place for found in links.values() for place in found}
    for found in links.values():  # where a term is first met, and not again
        assert len([place for place in set(found) if found.count(place) > 3]) == 0


def test_the_binder_link_is_the_readmes(site):
    place = addresses.repository()
    badge = re.search(r"^\[binder\]: (\S+)$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE).group(1)
    assert place.binder("notebooks/00_start_here.ipynb") == badge
    for path in LESSONS:
        assert place.binder(f"notebooks/{path.name}") in html_of(site, path.stem)


def test_a_workflow_publishes_its_own_repository(monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "somebody/copy")
    assert addresses.repository().page() == "https://github.com/somebody/copy"


# ---- how it is made -------------------------------------------------------------------------------


def test_a_warning_is_an_error(tmp_path):
    (tmp_path / "index.md").write_text("# Title\n\n[nowhere](#not-there)\n", encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-W", "-q", "-c", SITE, tmp_path, tmp_path / "made"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "notebooks")}
    built = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment)
    assert built.returncode
    assert "not-there" in built.stderr


def test_the_map_has_parts():
    parts = readme.parts(readme.sections()["The map"])
    assert [name for names in parts.values() for name in names] == [path.stem for path in LESSONS]
    assert parts[""] == ["00_start_here"]
    assert len(parts) == 5


def test_one_row_of_the_terminology_may_hold_several_terms():
    row = "| mini-batch: points of one step; epoch: one pass | $b$ | `batch_size` | | none | [3](03_training.ipynb) |"
    table = f"## Terminology\n\n| term | symbol | name in the code | shape | unit | lesson |\n|-|-|-|-|-|-|\n{row}\n"
    batch, epoch = terms.terms({"cells": [{"cell_type": "markdown", "source": "# Title\n\n" + table}]})
    assert (batch.name, batch.meaning, batch.anchor) == ("mini-batch", "points of one step", "term-mini-batch")
    assert (epoch.name, epoch.meaning) == ("epoch", "one pass")
    assert batch.details == {"symbol": "$b$", "name in the code": "`batch_size`", "unit": "none"}


def test_a_picture_becomes_a_file_that_keeps_its_shape(tmp_path):
    pixels = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAADElEQVR4nGP4//8/AAX+Av4N70a4AAAAAElFTkSuQmCC"
    source = f'<p><img alt="two" width="100" src="data:image/png;base64,{pixels}"></p>'
    moved = pictures.moved_out(source, tmp_path)
    (file,) = (tmp_path / pictures.FOLDER).iterdir()
    assert f'width="100" height="50" loading="lazy" decoding="async" src="pictures/{file.name}"' in moved
    assert 'alt="two"' in moved


# ---- in a browser ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chromium():
    with browser.chromium() as running:
        yield running


@pytest.fixture(scope="module")
def address(site):
    with site_browser.serve(site) as running:
        yield running


# All pictures at once, and whether each has been drawn; formulas that MathJax did not understand.
LOAD_PICTURES = """async () => {
    const pictures = [...document.images];
    for (const picture of pictures) { picture.loading = 'eager'; }
    await Promise.all(pictures.map(picture => picture.decode().catch(() => {})));
    return pictures.filter(picture => !picture.naturalWidth).map(picture => picture.src);
}"""

BROKEN_FORMULAS = "() => [...document.querySelectorAll('mjx-merror')].map(one => one.textContent)"

OPEN_ALL = "() => document.querySelectorAll('article details').forEach(one => { one.open = true; })"


@needs_chromium
@pytest.mark.parametrize(
    "name", [*(path.stem for path in LESSONS), "index", "terminology", "install", "cite", "search"]
)
def test_a_page_is_whole_local_and_for_everybody(chromium, address, name):
    with site_browser.watched(chromium, address, viewport={"width": 1280, "height": 800}) as (page, wrong):
        site_browser.open_page(page, f"{address}{name}.html")
        assert page.evaluate(LOAD_PICTURES) == []
        assert page.evaluate(BROKEN_FORMULAS) == []
        page.evaluate(OPEN_ALL)
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        page.set_viewport_size({"width": 1280, "height": 800})
        page.evaluate(site_browser.FLATTEN)
        assert site_browser.violations(page) == []
        page.emulate_media(color_scheme="dark")
        assert site_browser.violations(page, ["color-contrast"]) == []
        assert wrong == []


@needs_chromium
def test_search_finds_terms(chromium, address):
    words = "descriptor Jacobian committee phonon Levenberg-Marquardt overfitting virial barrier calibration SOAP"
    with site_browser.watched(chromium, address) as (page, wrong):
        for word in words.split():
            page.goto(f"{address}search.html?q={word}")
            found = page.locator("#search-results li a")
            found.first.wait_for()
            assert {link.split("/")[-1].split("?")[0].split("#")[0] for link in links_of(found)} & {
                "terminology.html",
                *(f"{path.stem}.html" for path in LESSONS),
            }, word
        assert wrong == []


def links_of(locator):
    return locator.evaluate_all("links => links.map(link => link.href)")


@needs_chromium
def test_on_paper_everything_is_open_and_nothing_but_the_lesson_is_there(chromium, address):
    with site_browser.watched(chromium, address) as (page, _):
        site_browser.open_page(page, f"{address}01_principle.html")
        page.emulate_media(media="print")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert page.locator("article details:not([open])").count() == 0
        assert not page.locator(".sidebar-drawer").is_visible()
        assert not page.locator(".course-open").is_visible()
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.locator("article details[open]").count() == 0


@needs_chromium
def test_a_wide_cell_is_scrolled_by_keyboard(chromium, address):
    with site_browser.watched(chromium, address, viewport={"width": 390, "height": 800}) as (page, _):
        site_browser.open_page(page, f"{address}02_dataset.html")
        wide = page.locator("article pre[tabindex]").first
        wide.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("document.activeElement.scrollLeft > 0")


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_of_code_and_formulas_are_for_everybody(chromium, address, scheme):
    with site_browser.watched(chromium, address, color_scheme=scheme) as (page, _):
        site_browser.open_page(page, f"{address}11_your_own.html")
        page.evaluate(OPEN_ALL)
        assert site_browser.violations(page) == []


# ---- explorers without a kernel -------------------------------------------------------------------

PAGES = {
    name: path.stem
    for path in LESSONS
    for name in re.findall(r"^ +\"(\w+)_explorer\(", path.read_text(encoding="utf-8"), re.MULTILINE)
}
"""The lesson of each explorer."""


def states_of(site, name):
    """What the script of an explorer holds."""
    text = (site / "explorers" / f"{name}.js").read_text(encoding="utf-8")
    return json.loads(text[text.index("{", text.index("})")) : text.rindex(";")])


def reach(page, address, name):
    """Open an explorer's page and go to it."""
    site_browser.open_page(page, f"{address}{PAGES[name]}.html")
    box = page.locator(f'[data-explorer="{name}"]')
    box.scroll_into_view_if_needed()
    page.wait_for_selector(f'[data-explorer="{name}"][data-ready]')
    return box


def assert_shows(box, states, places):
    """Sentence, alt text, picture and numbers are those of these places of the controls."""
    state = 0
    for control, place in zip(states["controls"], places, strict=True):
        state = state * len(control["values"]) + place
    assert box.locator(".course-reading").text_content() == states["sentences"][state]
    assert box.locator("img").get_attribute("alt") == states["sentences"][state]
    assert box.locator("img").get_attribute("src") == states["pictures"][state]
    shown = [control["values"][place] for control, place in zip(states["controls"], places, strict=True)]
    assert box.locator("output").all_text_contents() == shown
    assert [one.get_attribute("aria-valuetext") for one in box.locator("input").all()] == shown


@pytest.mark.parametrize("name", stills.GRIDS)
def test_an_explorer_is_on_its_lessons_page(site, name):
    page = html_of(site, PAGES[name])
    assert page.count(f'data-explorer="{name}"') == 1
    assert "The sliders appear here when the notebook runs" not in page


@needs_chromium
@pytest.mark.parametrize("name", stills.GRIDS)
def test_an_explorer_follows_the_keyboard_and_goes_back(chromium, address, site, name):
    states = states_of(site, name)
    with site_browser.watched(chromium, address, viewport={"width": 1280, "height": 800}) as (page, wrong):
        box = reach(page, address, name)
        places = [control["start"] for control in states["controls"]]
        assert_shows(box, states, places)
        for number, control in enumerate(states["controls"]):
            assert box.get_by_role("slider", name=control["label"], exact=True).count() == 1
            box.locator("input").nth(number).focus()
            page.keyboard.press("Home")
            page.keyboard.press("ArrowRight")
            places[number] = 1
            assert_shows(box, states, places)
        box.get_by_role("button", name="Reset").press("Enter")
        assert_shows(box, states, [control["start"] for control in states["controls"]])
        assert wrong == []


@needs_chromium
def test_an_explorer_follows_a_finger(chromium, address, site):
    phone = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}
    with site_browser.watched(chromium, address, **phone) as (page, wrong):
        for name in stills.GRIDS:
            states, box = states_of(site, name), reach(page, address, name)
            places = [control["start"] for control in states["controls"]]
            for number, control in enumerate(states["controls"]):
                slider = box.locator("input").nth(number)
                slider.scroll_into_view_if_needed()
                place = slider.bounding_box()
                page.touchscreen.tap(place["x"] + place["width"] - 2, place["y"] + place["height"] / 2)
                places[number] = len(control["values"]) - 1
                assert_shows(box, states, places)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert wrong == []


@needs_chromium
def test_an_explorer_is_loaded_when_it_is_reached(chromium, address):
    with site_browser.watched(chromium, address, viewport={"width": 1280, "height": 800}) as (page, _):
        asked = []
        page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
        site_browser.open_page(page, f"{address}04_analysis.html")
        assert "extrapolation.js" not in asked
        page.locator(".course-still").scroll_into_view_if_needed()
        page.wait_for_selector(".course-still[data-ready]")
        assert "extrapolation.js" in asked


@needs_chromium
@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_the_moving_picture_stops_when_asked_and_for_those_who_want_less_motion(chromium, address, motion):
    with site_browser.watched(chromium, address, reduced_motion=motion) as (page, wrong):
        page.goto(f"{address}index.html")
        page.wait_for_selector(".course-still[data-ready]")
        slider, button = page.locator(".course-still input").first, page.locator(".course-play")
        if motion == "reduce":
            assert button.text_content() == "Play"
            button.click()
        before = slider.input_value()
        page.wait_for_function("before => document.querySelector('.course-still input').value !== before", arg=before)
        button.click()
        assert button.text_content() == "Play"
        before = slider.input_value()
        page.wait_for_timeout(600)
        assert slider.input_value() == before
        assert wrong == []


# ---- structures -----------------------------------------------------------------------------------

UNTURNED = "1.000 0.000 0.000 0.000 1.000 0.000 0.000 0.000 1.000"
DRAWN = "canvas => canvas.toDataURL()"


@needs_chromium
@pytest.mark.parametrize("touch", [False, True])
def test_a_structure_turns_and_a_film_of_it_plays(chromium, address, touch):
    settings = {"viewport": {"width": 390, "height": 800}, "has_touch": touch, "is_mobile": touch}
    with site_browser.watched(chromium, address, **settings) as (page, wrong):
        site_browser.open_page(page, f"{address}10_molecule.html")
        figure = page.locator("figure[data-scene]").first
        figure.scroll_into_view_if_needed()
        canvas, slider = figure.locator("canvas"), figure.locator("input")
        canvas.wait_for()
        assert canvas.get_attribute("aria-label").startswith("A planar ring")
        assert not figure.locator("img").is_visible()
        assert canvas.get_attribute("data-turn") == UNTURNED
        before = canvas.evaluate(DRAWN)
        if touch:
            place = canvas.bounding_box()
            middle = {"x": place["x"] + place["width"] / 2, "y": place["y"] + 100}
            session = page.context.new_cdp_session(page)
            for kind, moved in (("touchStart", 0), ("touchMove", 30), ("touchMove", 80), ("touchEnd", None)):
                points = [] if moved is None else [{"x": middle["x"] + moved, "y": middle["y"]}]
                session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        else:
            canvas.press("ArrowRight")
        page.wait_for_function("old => document.querySelector('canvas').dataset.turn !== old", arg=UNTURNED)
        assert canvas.evaluate(DRAWN) != before
        figure.get_by_role("button", name="Reset").click()
        assert canvas.get_attribute("data-turn") == UNTURNED
        assert canvas.evaluate(DRAWN) == before
        figure.get_by_role("button", name="Play").click()
        page.wait_for_function("document.querySelector('figure[data-scene] input').value >= 2")
        figure.get_by_role("button", name="Pause").click()
        assert figure.locator("output").text_content().startswith("q = ")
        assert slider.get_attribute("aria-valuetext") == figure.locator("output").text_content()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert site_browser.violations(page, ["wcag2a"]) == []
        assert wrong == []
