"""The map of the course as a picture: the lessons, and which one builds on which."""

from matplotlib import pyplot as plt

from forcefield.plots import COLOURS

LESSONS = {
    0: ("Start here", "map, self-test", (0, 4)),
    1: ("Principle", "forces from energies", (0, 3)),
    2: ("Dataset", "200 pairs of atoms", (1, 3)),
    3: ("Training", "a network learns", (2, 3)),
    4: ("Analysis", "where it fails", (3, 3)),
    5: ("Experiments", "what helps, and why", (4, 3)),
    6: ("Many atoms", "13 atoms of copper", (0, 2)),
    7: ("Dynamics", "atoms that move", (1, 2)),
    8: ("Uncertainty", "how sure is it?", (2, 2)),
    9: ("Crystals", "copper that repeats", (4, 2)),
    10: ("A proton that hops", "quantum mechanics", (0, 1)),
    11: ("Your own", "your file of labels", (1, 1)),
}
"""Title, two or three words, and place (column, row) of every lesson."""

PARTS = {
    "I: two atoms": (1, 4),
    "II: what makes it good": (5, 5),
    "III: real systems": (6, 9),
    "IV: your own": (10, 11),
}
"""First and last lesson of every part."""

ARROWS = ((0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (4, 6), (6, 7), (7, 8), (7, 9), (8, 10), (10, 11))
"""What builds on what: a lesson needs those from which arrows lead to it, and what these need."""

COLOURS_OF_PARTS = {
    "I: two atoms": COLOURS["light"],
    "II: what makes it good": COLOURS["extra"],
    "III: real systems": COLOURS["validation"],
    "IV: your own": COLOURS["baseline"],
}

WIDTH, HEIGHT = 0.86, 0.52
"""Of a box, in columns and rows."""

ENTRY = 0.08
"""How far right of a box's left edge an arrow from above comes in, in columns."""

ALT = (
    "The lessons as boxes with arrows. One path leads through 0 Start here, 1 Principle, 2 Dataset, 3 Training and "
    "4 Analysis to 6 Many atoms, 7 Dynamics, 8 Uncertainty, 10 A proton that hops and 11 Your own. "
    "Two boxes stand beside it, and no arrow leaves them: 5 Experiments, after 4, and 9 Crystals, after 7."
)
"""The picture in words."""


def part_of(lesson):
    """The part to which a lesson belongs, a key of `PARTS`, or None for lesson 0."""
    return next((name for name, (first, last) in PARTS.items() if first <= lesson <= last), None)


def course_map():
    """The lessons as boxes, with arrows to what builds on them.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = plt.subplots(figsize=(7.6, 4.4))
    axes.set(xlim=(-0.46, 4.46), ylim=(0.68, 4.3))
    axes.axis("off")
    for lesson, (title, words, (column, row)) in LESSONS.items():
        colour = COLOURS_OF_PARTS.get(part_of(lesson), "#999999")
        corner = (column - WIDTH / 2, row - HEIGHT / 2)
        axes.add_patch(plt.Rectangle(corner, WIDTH, HEIGHT, facecolor=f"{colour}30", edgecolor=colour, linewidth=1.5))
        long, middle = len(title) > 12, {"ha": "center", "va": "center"}
        heading = f"{lesson}  {title}".replace("proton that", "proton\nthat")
        axes.text(column, row + (0.08 if long else 0.09), heading, fontsize=9.5, weight="bold", **middle)
        axes.text(column, row - (0.17 if long else 0.13), words, fontsize=8, **middle)
    for name, (first, _) in PARTS.items():
        column, row = LESSONS[first][2]
        left = column - WIDTH / 2 + (0 if first == 5 else ENTRY + 0.08)
        axes.text(left, row + HEIGHT / 2 + 0.06, f"Part {name}", fontsize=8.5, ha="left", va="bottom", color="0.2")
    for start, end in ARROWS:
        _arrow(axes, LESSONS[start][2], LESSONS[end][2])
    return figure


def _arrow(axes, start, end):
    """From one box to another: straight along a row, above what stands between, or down to the next row."""
    (column, row), (to_column, to_row) = start, end
    points = [(column + WIDTH / 2, row), (to_column - WIDTH / 2, row)]
    if row != to_row:  # down, along between the rows, down
        entry, between = to_column - WIDTH / 2 + ENTRY, to_row + HEIGHT / 2 + 0.3
        points = [(column, row - HEIGHT / 2), (column, between), (entry, between), (entry, to_row + HEIGHT / 2)]
    elif to_column - column > 1:  # up, along above the boxes, down
        above = row + HEIGHT / 2 + 0.12
        points = [(column, row + HEIGHT / 2), (column, above), (to_column, above), (to_column, row + HEIGHT / 2)]
    look = {"color": "0.25", "linewidth": 1.2}
    axes.plot(*zip(*points[:-1], strict=True), **look)
    arrow = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, **look}
    axes.annotate("", xy=points[-1], xytext=points[-2], arrowprops=arrow)
