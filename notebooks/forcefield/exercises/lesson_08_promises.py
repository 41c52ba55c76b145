"""Exercises 8.3 and 8.4: the factor of a conformal bound, and the limit of an alarm."""

import numpy as np
from matplotlib import pyplot as plt

from forcefield.exercises.answers import function, number
from forcefield.plots import COLOURS, LINES, POINTS


def coverage_found(answer, n, coverage, draws=4000):
    """How often a new score is within the factor from n others, and how often the factor is one of these."""
    scores = np.random.default_rng(n).exponential(size=(draws, n + 1))
    kept = among = 0
    for one in scores:
        factor = number(answer(one[:n], coverage), "bound_factor(scores, coverage)")
        kept += one[n] <= factor
        among += factor in one[:n]
    return kept / draws, among / draws


def judge_factor(answer):
    """The promise, for few calibration points, over many draws."""
    answer = function(answer)
    between = False
    for n, coverage in ((9, 0.9), (30, 0.9), (19, 0.95), (15, 0.9), (11, 0.9)):
        found, among = coverage_found(answer, n, coverage, draws=3000)
        said = f"From {n} scores, {100 * found:.0f} % of new ones are within it; promised were {100 * coverage:.0f} %. "
        between |= among < 1
        # The k-th of n scores holds with probability k / (n + 1): the promise, and less than one rank more.
        if coverage - 0.015 <= found <= coverage + 1 / (n + 1) + 0.015:
            continue
        if among < 0.5:
            return said + "The factor lies between two scores, or beyond them: it should be one of them."
        if found < 0.7:
            return said + "Are the scores in order when one of them is picked?"
        if found < coverage:
            return said + "Picked is too small a rank: the new score takes a place in the row, too."
        return said + "That is too cautious: the rank is too high. (numpy counts from 0.)"
    return "The share is right, but the factor lies between two scores: it should be one of them." if between else ""


def draw_factor(answer):
    """Coverage against the number of calibration points, beside the empirical quantile's."""
    sizes = (9, 19, 30, 60, 120)
    figure, axes = plt.subplots(figsize=(5, 3))
    axes.axhline(90, **LINES["truth"])
    for name, one, role in (("np.quantile", np.quantile, "baseline"), ("yours", function(answer), "model")):
        found = [100 * coverage_found(one, n, 0.9, draws=1500)[0] for n in sizes]
        axes.plot(sizes, found, label=name, **POINTS[role])
    axes.set(xlabel="calibration points", ylabel="coverage of a 90 % bound (%)", xscale="log", ylim=(70, 100))
    axes.set_xticks(sizes, [str(n) for n in sizes])
    axes.minorticks_off()
    axes.legend()
    alt = "Coverage of a 90 % bound against the number of calibration points; the plain quantile is too low for few."
    return figure, alt


def harmed_below(limit, spreads, errors, harmful):
    """Share of the frames that pass (spread at or below the limit) whose error is above `harmful`; 0 if none pass."""
    passed = spreads <= limit
    return (errors[passed] > harmful).mean() if passed.any() else 0.0


def drawn_frames(seed):
    """Spreads and errors of 150 frames, eV/Å; the errors rise with the spreads."""
    spreads, noise = np.random.default_rng(seed).exponential(size=(2, 150))
    return spreads, 0.2 * spreads + 0.15 * noise


def judge_limit(answer, frames=None):
    """The largest limit that keeps the share, on the lesson's frames if given, and on drawn ones."""
    answer = function(answer)
    cases = [] if frames is None else [(*np.transpose(frames), 0.3, 0.1)]
    cases += [(*drawn_frames(seed), 0.3, (0.02, 0.1, 0.3)[seed % 3]) for seed in range(6)]
    equal = np.array([0.5, 1.0, 1.0, 2.0, 3.0, 4.0, 5.0])  # two equal spreads: the limit 1 lets both frames pass
    cases.append((equal, np.array([0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0]), 0.3, 0.3))
    cases.append((np.arange(1.0, 12.0), np.where(np.arange(11) < 9, 0.0, 1.0), 0.3, 0.1))  # just the share
    for spreads, errors, harmful, share in cases:
        limit = number(answer(spreads, errors, harmful, share), "highest_limit(...)", "eV/Å")
        problem = wrong_limit(limit, spreads, errors, harmful, share)
        if problem:
            return problem
    return ""


def wrong_limit(limit, spreads, errors, harmful, share):
    """What is wrong with a limit, eV/Å, for these frames; "" if nothing is."""
    passing = harmed_below(limit, spreads, errors, harmful)
    if passing > share:
        harmed = errors > harmful
        of_all = [one for one in spreads if (harmed & (spreads <= one)).mean() <= share]
        said = f"{100 * passing:.0f} % of the frames that pass are harmed, and {100 * share:.0f} % may be."
        if of_all and limit == max(of_all):
            return said + " It counts them as a share of all frames, also of those that the alarm stops."
        below = spreads < limit
        if below.any() and harmed[below].mean() <= share:
            return said + " A frame whose spread is the limit passes as well."
        return said
    better = [one for one in spreads if one > limit and harmed_below(one, spreads, errors, harmful) <= share]
    if not better:
        return ""
    said = f"{max(better):.2g} eV/Å would do"
    between = [one for one in spreads if limit < one < max(better)]
    if any(harmed_below(one, spreads, errors, harmful) > share for one in between):
        return (
            f"It is safe, but {said}, and yours is {limit:.2g}. The share "
            "does not only rise with the limit: behind the first limit that fails it may come down again."
        )
    return f"It is safe, but {said} and ask for fewer labels; yours is {limit:.2g}."


def draw_limit(answer, frames=None):
    """Spread and error of every frame, and the limit."""
    spreads, errors = drawn_frames(seed=1) if frames is None else np.transpose(frames)
    limit = number(function(answer)(spreads, errors, 0.3, 0.1))
    passed = spreads <= limit
    figure, axes = plt.subplots(figsize=(5.5, 3.4))
    axes.loglog(spreads[~passed], errors[~passed], "o", color=COLOURS["light"], markersize=4, label="stopped")
    axes.loglog(spreads[passed], errors[passed], "o", color=COLOURS["model"], markersize=4, label="passes")
    axes.axvline(limit, **LINES["training"])
    axes.axhline(0.3, **LINES["baseline"])
    title = f"limit {limit:.2g} eV/Å: {100 * passed.mean():.0f} % of the frames pass"
    axes.set(xlabel="largest spread of an atom (eV/Å)", ylabel="largest true error (eV/Å)", title=title)
    axes.legend()
    alt = "True error against spread of every frame; left of the vertical line they pass, few of them above 0.3 eV/Å."
    return figure, alt
