# %% [markdown]
# # 5. Experiments
#
# **You will learn**
#
# - to compare settings fairly: same labels, same unseen points, several seeds, every single fit shown;
# - what energies alone, forces alone and both together teach a model, at equal cost;
# - to draw a learning curve and to read its slope with an uncertainty;
# - what the loss weight and the four SOAP parameters do to error and cost;
# - to find the jump that SOAP has at its cutoff, and why it fools a finite-difference check.
#
# **You need** [lesson 2](02_dataset.ipynb) (SOAP and its parameters), [lesson 3](03_training.ipynb) (loss, L-BFGS) and [lesson 4](04_analysis.ipynb) (errors on unseen points).
#
# **Time** about 50 minutes, 10 of them exercises; all cells run in about half a minute.

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch

from forcefield.plots import COLOURS, show, use_course_style

torch.set_num_threads(1)  # the matrices are tiny, and a shared computer has few cores to give
use_course_style()

# %% [markdown]
# ## 1. The rules of the comparison
#
# One fit tells little: another seed draws other initial weights and ends elsewhere. So every experiment here runs **five seeds**, and
# every figure shows each fit as a dot and the median as a line. A difference smaller than the spread of the dots is not a result.
#
# The 200 dimers of lesson 2 are found, or made again. Labels are taken from these and from nowhere else.

# %%
from forcefield.dataset import equally_spaced
from forcefield.prepared import dimer_dataset

data = dimer_dataset()
distances = np.linspace(2.5, 5.0, 200)  # Å
assert np.allclose(data.positions[:, 1, 0] - data.positions[:, 0, 0], distances)
chosen, _ = equally_spaced(len(data), 30)
print("labels:", len(chosen), "of", len(data))

# %% [markdown]
# We compare on the 199 distances midway between those 200, so no fit can ever have seen one of them. We use them to *choose* between
# settings. That makes them **validation points**: the winner's error on them is a little too good. A separate **test set**
# of 500 random distances waits for the last section, where it is used once.
#
# `dimers_at` makes such a set for any distances and SOAP settings.

# %%
from forcefield.dataset import Dataset
from forcefield.descriptors import MIDPOINT, describe, make_soap
from forcefield.systems import dimers, label


def dimers_at(distances, **soap_settings):
    """Labelled dimers with descriptors at the midpoint; distances in Å."""
    structures = dimers(distances)
    return Dataset(*label(structures), *describe(make_soap(**soap_settings), structures, [MIDPOINT]))


validation = dimers_at((distances[1:] + distances[:-1]) / 2)
print("validation points:", len(validation))

# %% [markdown]
# Three more helpers: `errors` gives the mean absolute errors of one model, `five_models` fits five seeds, and `five_fits` gives their errors. The fits are short, 150
# iterations instead of lesson 3's 500, so that the page runs quickly. The network is lesson 3's: 32 tanh units.

# %%
from forcefield.evaluation import mean_absolute_error, report
from forcefield.training import train


def errors(model, points):
    """Energy error in meV and force error in meV/Å (x force on atom 0)."""
    energies, forces = model.predict(points.descriptors, points.derivatives)
    energy_error = mean_absolute_error(energies, points.energies)
    return 1000 * energy_error, 1000 * mean_absolute_error(forces[:, 0, 0], points.forces[:, 0, 0])


def five_models(labels, iterations=150, **settings):
    """Five fits that differ in the seed of their initial weights."""
    return [train(labels, seed=seed, iterations=iterations, **settings)[0] for seed in range(5)]


def five_fits(labels, points=validation, **settings):
    """Errors of five fits, shape (5, 2): one row for each seed."""
    return np.array([errors(model, points) for model in five_models(labels, **settings)])


# %% [markdown]
# The **reference** has 30 labels, energies and forces, loss weights 1 and the tutorial's SOAP. It comes back in
# every comparison below. `draw` puts dots and median line into a picture, `plain_ticks` writes 1, 2, 5 on a logarithmic axis.

# %%
from matplotlib.ticker import LogLocator, NullLocator

UNITS = ("energy error (meV)", "force error (meV/Å)")


def draw(axes, places, results, role, marker, name=None):
    """One dot for each fit, a line through the medians; results: (n_places, n_seeds)."""
    for place, values in zip(places, results, strict=True):
        axes.plot([place] * len(values), values, marker, color=COLOURS[role], alpha=0.5, markersize=5)
    axes.plot(places, np.median(results, axis=1), color=COLOURS[role], label=name)


def plain_ticks(axis):
    """Ticks at 1, 2, 5, ... of a logarithmic axis, as plain numbers."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter("{x:g}")
    axis.set_minor_locator(NullLocator())


# %%
reference_models = five_models(data[chosen])
reference = np.array([errors(model, validation) for model in reference_models])
report("reference, median energy error", np.median(reference[:, 0]), "meV", at_most=1.5)
report("reference, median force error", np.median(reference[:, 1]), "meV/Å", at_most=25)

# %% [markdown]
# ## 2. Energies, forces, or both?
#
# Fair means equal cost, and there are two ways to count it.
#
# - **Calculations.** One run of a potential gives the energy, and the forces with it at little extra cost.
# - **Numbers.** Of a dimer's six force components four are zero and two are equal and opposite: one free number. So one
#   calculation gives two numbers, an energy and a force.
#
# | case | calculations | numbers |
# |---|---|---|
# | energies only | 30 | 30 |
# | forces only | 30 | 30, and one energy |
# | both, equal numbers | 15 | 30 |
# | both, equal calculations | 30 | 60 |
#
# > **What do you expect?** At 30 numbers each: which wins for energies, which for forces?

# %% [markdown]
# Forces say nothing about a constant in the energy, so after a forces-only fit we shift the energies until *one* label, the middle one, is right.
# To be sure that no other energy gets in, the fit sees made-up energies with weight zero.

# %%
from dataclasses import replace


def fit_forces_only(labels, seed):
    """Fit the forces; then set the constant of the energy with the middle label."""
    blind = replace(labels, energies=np.linspace(-1, 1, len(labels)))
    model, _ = train(blind, seed=seed, iterations=150, energy_weight=0)
    middle = labels[len(labels) // 2 : len(labels) // 2 + 1]
    energy, _ = model.predict(middle.descriptors, middle.derivatives)
    model.energy_shift += float(middle.energies[0] - energy[0])
    return model


# %%
half, _ = equally_spaced(len(data), 15)
cases = {
    "30 energies": five_fits(data[chosen], force_weight=0),
    "30 forces": np.array([errors(fit_forces_only(data[chosen], seed), validation) for seed in range(5)]),
    "15 + 15": five_fits(data[half]),
    "30 + 30": reference,
}

# %%
figure, both = plt.subplots(1, 2, figsize=(8.4, 3.6))
for column, axes in enumerate(both):
    for place, (results, marker) in enumerate(zip(cases.values(), "osD^", strict=True)):
        axes.plot([place] * 5, results[:, column], marker, color=COLOURS["model"], alpha=0.5)
        median = np.median(results[:, column])
        axes.plot([place - 0.25, place + 0.25], [median, median], color=COLOURS["truth"])
    axes.set(yscale="log", ylabel=UNITS[column], xlim=(-0.5, 3.5), xlabel="numbers fitted (energies + forces)")
    axes.set_xticks(range(4), cases, fontsize=9)
    plain_ticks(axes.yaxis)
show(
    figure,
    "Two panels of dots, one dot for each of five seeds, black bars at the medians, logarithmic axes: energy error and force error "
    "after fitting 30 energies, 30 forces, 15 of each, 30 of each. Both errors fall when energies and forces are fitted together.",
)

# %%
energy_only, mixed = np.median(cases["30 energies"], axis=0), np.median(cases["15 + 15"], axis=0)
report("ratio of energy errors, 30 energies to 15 + 15", energy_only[0] / mixed[0], at_least=1.1)
report("ratio of force errors, 30 energies to 15 + 15", energy_only[1] / mixed[1], at_least=1.3)
report("ratio of force errors, 30 energies to 30 + 30", energy_only[1] / np.median(reference[:, 1]), at_least=2)

# %% [markdown]
# **Answer.** Both together win, for energies as for forces, with the same number of numbers and half the calculations. A value and a slope at one
# point say more than two values. Forces alone do not even win at forces here.
#
# ### Good energies, bad forces
#
# > **What do you expect?** Fit 10 energies and look at those same 10 structures. The energies will be right. And the forces?

# %%
few, _ = equally_spaced(len(data), 10)
energy_fits = five_models(data[few], force_weight=0)
on_labels = np.median([errors(model, data[few]) for model in energy_fits], axis=0)
with_forces = np.median(five_fits(data[few], data[few]), axis=0)
report("energies only, energy error on its 10 labels", on_labels[0], "meV", at_most=5)
report("energies only, force error on its 10 labels", on_labels[1], "meV/Å", at_least=500)
report("energies and forces, force error on the 10 labels", with_forces[1], "meV/Å", at_most=60)

# %%
figure, both = plt.subplots(1, 2, figsize=(8.4, 3.6))
truths = (data.energies, data.forces[:, 0, 0])
for column, (axes, truth) in enumerate(zip(both, truths, strict=True)):
    for model in energy_fits:
        predicted = model.predict(data.descriptors, data.derivatives)
        curve = predicted[0] if column == 0 else predicted[1][:, 0, 0]
        axes.plot(distances, curve - truth, color=COLOURS["model"], alpha=0.5, linewidth=1.2)
        axes.plot(distances[few], (curve - truth)[few], "o", color=COLOURS["training"], markersize=5)
    axes.axhline(0, color=COLOURS["truth"], linewidth=1, linestyle="--")
    axes.set(xlabel="distance (Å)", xlim=(2.45, 4.0))
both[0].set_ylabel("energy error (eV)")
both[1].set_ylabel("force error on atom 0, x (eV/Å)")
show(
    figure,
    "Error against distance for five fits to ten energies, from 2.5 to 4 Å. Left: the energy error is zero at every labelled distance and "
    "swings between them, most between the first two. Right: the force error is far from zero at the first labels, most at the very first.",
)

# %% [markdown]
# **Answer.** The energy error passes through zero at every label, but with a slope, and *the force error is that slope*. It is worst at the
# first label, where the curve is steep and nothing on its left holds the model. So a table of energy errors
# on the training structures looks excellent while the forces there are useless. Two defences: look at unseen structures, and look at forces.

# %% [markdown]
# ## 3. The loss weight
#
# The loss is a sum, $L = \mathrm{MSE}(E)/\mathrm{var}(E) + w\,\mathrm{MSE}(\mathbf{F})/\mathrm{var}(\mathbf{F})$. Lesson 1 took $w = 1$.
#
# > **What do you expect?** $w$ goes from 0.001 to 1000, six decades. How sharp is the best value?

# %%
weights = np.logspace(-3, 3, 7)
by_weight = np.array([reference if w == 1 else five_fits(data[chosen], force_weight=w) for w in weights])
print("weights x seeds x (energy, force):", by_weight.shape)

# %%
figure, both = plt.subplots(1, 2, figsize=(8.4, 3.4), sharex=True)
for column, axes in enumerate(both):
    draw(axes, weights, by_weight[:, :, column], "model", "o")
    axes.axvline(1, color=COLOURS["truth"], linestyle=":", linewidth=1)
    axes.set(xscale="log", yscale="log", xlabel="weight of the forces in the loss, $w$", ylabel=UNITS[column])
    plain_ticks(axes.yaxis)
show(
    figure,
    "Energy and force error against the force weight from a thousandth to a thousand, both axes logarithmic, five dots at each weight. "
    "Errors are largest at small weights, fall towards weight one and stay level within the spread above it.",
)

# %%
median = np.median(by_weight, axis=1)  # (7, 2)
report("ratio of force errors, w = 0.001 to w = 1", median[0, 1] / median[3, 1], at_least=2)
report("ratio of energy errors, w = 1000 to w = 1", median[6, 0] / median[3, 0], at_most=6)
report("ratio of force errors, w = 1000 to w = 1", median[6, 1] / median[3, 1], at_most=4)

# %% [markdown]
# **Answer.** Not sharp at all. At 0.1 and less the forces fade from the loss and *both* errors grow, towards the energies-only fit. From 1
# upwards the medians differ less than the seeds do. Dividing by the variances has put $w = 1$ on this plateau.
# The labels here have no noise and do not contradict each other; with noisy ones the choice may matter more.

# %% [markdown]
# ## 4. Learning curve
#
# A **learning curve** shows the error against the number of labels. If the error falls as $n^{-p}$, it is a straight line of slope $-p$
# on two logarithmic axes. Beside the network stand two methods without a seed: kernel ridge (energies only, lesson 4)
# and cubic Hermite interpolation (energies and forces, directly in the distance).
#
# > **What do you expect?** Hermite interpolation errs as $h^4$ in the energy and $h^3$ in the slope when points are $h$ apart. Will the network keep up?

# %%
from forcefield.baselines import KernelRidgeBaseline, hermite_baseline

counts = np.array([5, 8, 12, 20, 30, 45, 60])
network, others = [], []
for count in counts:
    labelled, _ = equally_spaced(len(data), count)
    labels = data[labelled]
    network.append(reference if count == 30 else five_fits(labels))
    middle = validation.positions[:, 1, 0] - validation.positions[:, 0, 0]
    energies, slopes = hermite_baseline(distances[labelled], labels.energies, labels.forces[:, 0, 0], middle)
    hermite = np.abs(energies - validation.energies).mean(), np.abs(slopes - validation.forces[:, 0, 0]).mean()
    others.append([errors(KernelRidgeBaseline(labels), validation), (1000 * hermite[0], 1000 * hermite[1])])
network, others = np.array(network), np.array(others)  # (7, 5, 2), (7, 2, 2)

# %%
figure, both = plt.subplots(1, 2, figsize=(8.4, 3.8))
for column, axes in enumerate(both):
    draw(axes, counts, network[:, :, column], "model", "o")
    axes.plot(counts, others[:, 0, column], "s--", color=COLOURS["baseline"], markersize=5)
    axes.plot(counts, others[:, 1, column], "^:", color=COLOURS["truth"], markersize=5)
    axes.set(xscale="log", yscale="log", xlabel="number of labelled dimers", ylabel=UNITS[column], xlim=(4.5, 160))
    axes.set_xticks([5, 10, 20, 40, 60], [5, 10, 20, 40, 60])
    axes.minorticks_off()
    ends = np.median(network[-1, :, column]), *others[-1, :, column]
    for name, role, height, lift in zip(
        ("network", "kernel ridge", "Hermite"), ("model", "baseline", "truth"), ends, (0, -6, 6), strict=True
    ):
        axes.annotate(name, (65, height), (0, lift), textcoords="offset points", color=COLOURS[role], va="center")
show(
    figure,
    "Energy and force error against the number of labels, both axes logarithmic. Hermite interpolation and kernel ridge fall on nearly "
    "straight lines to the end. The network falls as steeply up to about twelve labels and is flat from about thirty.",
)

# %% [markdown]
# Now the slopes, by a straight line through the logarithms. For Hermite we fit against $n-1$, the number of gaps. For the network
# we fit each seed alone; the spread of the five slopes, divided by $\sqrt 5$, is the standard error of their mean.


# %%
def slopes(numbers, values):
    """Slope of log(error) against log(number), one for each column of values."""
    return np.polyfit(np.log(numbers), np.log(values), 1)[0]


report("Hermite, slope of the energy error", slopes(counts[2:] - 1, others[2:, 1])[0], at_most=-3.6)
report("Hermite, slope of the force error", slopes(counts[2:] - 1, others[2:, 1])[1], at_most=-2.7)
steep, flat = slopes(counts[:3], network[:3, :, 0]), slopes(counts[4:], network[4:, :, 0])
report("network, 5 to 12 labels, slope of the energy error", steep.mean(), at_most=-2.5)
report("its standard error", steep.std(ddof=1) / np.sqrt(5), at_most=1)
report("network, 30 to 60 labels, slope of the energy error", flat.mean(), at_least=-1.8)
report("its standard error", flat.std(ddof=1) / np.sqrt(5), at_most=2)

# %% [markdown]
# **Answer.** Hermite meets its theory, 4 and 3. The network starts ahead and falls as steeply at first, then hits a floor. There, more labels do not help, although the two
# other curves prove that the labels carry more: what limits the network is the fit, not the data. So one slope for the whole
# curve would be wrong, and a slope without its range and its error says little. The standard error of the flat part shows how little five seeds fix it.

# %% [markdown]
# ## 5. The four SOAP parameters
#
# One parameter changes at a time, the others stay at the tutorial's values. All use the same 30 labels and the same loss.
#
# > **What do you expect?** The atoms are 1.25 to 2.5 Å from the centre, on a line. Which parameter should not matter at all? Which breaks the model when it is too small?

# %%
tutorial = {"n_max": 3, "l_max": 0, "sigma": 0.5, "cutoff_radius": 5.0}
scans = {
    "n_max": [1, 2, 3, 5],
    "l_max": [0, 4, 8],
    "sigma": [0.15, 0.5, 1.0, 1.5],
    "cutoff_radius": [1.2, 2.0, 3.0, 5.0, 8.0],
}


def with_soap(known, **settings):
    """The same labelled dimers, described by another SOAP."""
    structures = dimers(known.positions[:, 1, 0] - known.positions[:, 0, 0])
    descriptors, derivatives = describe(make_soap(**{**tutorial, **settings}), structures, [MIDPOINT])
    return replace(known, descriptors=descriptors, derivatives=derivatives)


# %%
scanned = {}
for name, values in scans.items():
    scanned[name] = np.array(
        [
            reference
            if value == tutorial[name]
            else five_fits(with_soap(data[chosen], **{name: value}), with_soap(validation, **{name: value}))
            for value in values
        ]
    )
print("settings tried:", sum(len(values) for values in scans.values()))

# %%
figure, panels = plt.subplots(2, 2, figsize=(8.4, 6), sharey=True)
names = ("n_max", "l_max", "sigma (Å)", "r_cut (Å)")
for axes, name, words in zip(panels.flat, scans, names, strict=True):
    draw(axes, scans[name], scanned[name][:, :, 1], "model", "o")
    axes.axvline(tutorial[name], color=COLOURS["truth"], linestyle=":", linewidth=1)
    axes.set(yscale="log", xlabel=words)
    if name in ("n_max", "l_max"):
        axes.set_xticks(scans[name])
    plain_ticks(axes.yaxis)
for axes in panels[:, 0]:
    axes.set_ylabel(UNITS[1])
show(
    figure,
    "Four panels of force error against n_max, l_max, sigma and r_cut, dots for five seeds, a dotted line at the tutorial's value. n_max of one "
    "and r_cut below three are much worse, l_max makes no difference, sigma is best in the middle at a half.",
)

# %%
force = {name: np.median(results[:, :, 1], axis=1) for name, results in scanned.items()}
best = np.median(reference[:, 1])
report("ratio of force errors, n_max = 1 to 3", force["n_max"][0] / best, at_least=10)
report("ratio of force errors, n_max = 2 to 3", force["n_max"][1] / best, at_most=3)
report("ratio of force errors, l_max = 8 to 0", force["l_max"][2] / best, at_most=4)
report("ratio of force errors, sigma = 1.5 to 0.5", force["sigma"][3] / best, at_least=2)
report("ratio of force errors, r_cut = 1.2 to 5", force["cutoff_radius"][0] / best, at_least=5)
report("ratio of force errors, r_cut = 3 to 5", force["cutoff_radius"][2] / best, at_most=4)

# %% [markdown]
# **Answer.** `l_max` does not matter: two atoms on a line have no angle to resolve, and the other radial curves that it adds (lesson 2) bring nothing. One
# radial function is too few (lesson 2: nearly blind at large distances), two are enough, and five are no better. `r_cut` must reach past the atoms, which are up to 2.5 Å from the centre; beyond that, nothing is gained here.
# `sigma` is best in the middle: narrower and wider Gaussians give larger errors. The figure does not say why.
#
# ### What it costs
#
# Processor time for the descriptors and derivatives of all 200 dimers, best of twenty tries.

# %%
import time

structures = dimers(distances)
costs = []
for n_max, l_max in ((1, 0), (2, 0), (3, 0), (5, 0), (8, 0), (3, 2), (3, 4), (3, 8), (8, 8)):
    soap, seconds = make_soap(n_max=n_max, l_max=l_max), []
    for _ in range(20):
        start = time.process_time()
        describe(soap, structures, [MIDPOINT])
        seconds.append(time.process_time() - start)
    costs.append((n_max, l_max, soap.get_number_of_features(), min(seconds)))
    print(f"n_max {n_max}, l_max {l_max}: {costs[-1][2]:3} features, time: {min(seconds):.4f} s (this machine)")

# %%
costs = np.array(costs)
figure, axes = plt.subplots(figsize=(6.2, 3.4))
for angular, marker, role in ((0, "o", "model"), (2, "s", "validation"), (4, "D", "extra"), (8, "^", "training")):
    rows = costs[costs[:, 1] == angular]
    axes.plot(rows[:, 2], 1000 * rows[:, 3], marker, color=COLOURS[role], markersize=7, label=f"l_max = {angular}")
axes.set(xscale="log", yscale="log", xlabel="number of features", ylabel="time for 200 dimers (ms)")
plain_ticks(axes.xaxis)
plain_ticks(axes.yaxis)
axes.legend()
show(
    figure,
    "Time for two hundred dimers against the number of features, both logarithmic, one marker shape for each l_max. "
    "The time grows more slowly than the number of features.",
)

# %% [markdown]
# The number of features is $n_\mathrm{max}(n_\mathrm{max}+1)/2\,(l_\mathrm{max}+1)$ for one element: quadratic in one, linear in the other. For a dimer all this is
# milliseconds. `sigma` and `r_cut` do not change the number of features; what a larger `r_cut` costs, with many neighbours, a dimer cannot show.

# %% [markdown]
# ## 6. Smoothness at the cutoff
#
# Forces are derivatives, so descriptors must be smooth. But somewhere DScribe must stop counting atoms. It counts an atom as long as its Gaussian,
# at the distance $r_\mathrm{cut}$, is above a thousandth of its peak: up to $r_\mathrm{cut} + \sigma\sqrt{-2\ln 0.001} \approx r_\mathrm{cut} + 3.72\,\sigma$.
#
# With a centre at the midpoint both atoms leave at once, and of the features, products of two, only a tiny jump would be seen. So here the centre sits **on atom 0** and moves with it, as in real systems (lesson 6). Nothing is trained in this section, so there is no seed.
#
# > **What do you expect?** What happens to the descriptor as atom 1 passes that distance?

# %%
from dscribe.descriptors import SOAP

edge = 5.0 + 0.5 * np.sqrt(-2 * np.log(0.001))  # Å
shared = {"species": ["H"], "r_cut": 5.0, "sigma": 0.5, "n_max": 3, "l_max": 0}
soaps = {
    "gto": SOAP(**shared),
    "polynomial": SOAP(**shared, rbf="polynomial"),
    "gto, poly weighting": SOAP(**shared, weighting={"function": "poly", "r0": 5.0, "c": 1.0, "m": 1.0}),
}


def on_atom(soap, distance):
    """Descriptor of atom 0 with atom 1 at a distance in Å, shape (n_features,)."""
    return soap.create(dimers([distance])[0], centers=[0]).ravel()


print(f"atoms are counted up to {edge:.3f} Å")

# %%
ranges = np.linspace(3.5, 7.5, 401)
figure, axes = plt.subplots(figsize=(7.4, 3.8))
looks = zip(soaps.items(), ("model", "validation", "training"), ("-", "--", ":"), strict=True)
for (name, soap), role, line in looks:
    alone = on_atom(soap, 20.0)
    tail = np.array([np.abs(on_atom(soap, distance) - alone).max() for distance in ranges])
    axes.plot(ranges, np.where(tail > 0, tail, np.nan), line, color=COLOURS[role], label=name)
axes.axvline(edge, color=COLOURS["truth"], linewidth=1, linestyle="-.")
axes.annotate("r_cut + 3.72 sigma", (edge, 1e1), (6, 0), textcoords="offset points", va="center", fontsize=9)
axes.set(yscale="log", ylim=(1e-9, 1e2), xlim=(3.5, 8.2), xlabel="distance (Å)", ylabel="largest change of a feature")
axes.legend(loc="lower left")
show(
    figure,
    "How much atom 1 changes the descriptor of atom 0, on a logarithmic axis, against distance. The gto curve stops abruptly at "
    "r_cut plus 3.72 sigma at about a ten-thousandth, the polynomial one much lower; with poly weighting it goes to zero at r_cut.",
)

# %% [markdown]
# Where a curve breaks off, the descriptor **jumps** by that height. (The dotted curve does not break off: it runs into zero at $r_\mathrm{cut}$, which a logarithmic axis cannot show.) We measure it between two points a ten-millionth of an Å apart on each side.

# %%
jumps = {name: np.abs(on_atom(soap, edge - 1e-7) - on_atom(soap, edge + 1e-7)).max() for name, soap in soaps.items()}
report("largest feature at the edge", np.abs(on_atom(soaps["gto"], edge)).max(), at_least=1)
report("jump, gto", jumps["gto"], at_least=5e-5)
report("jump, polynomial", jumps["polynomial"], at_most=1e-6)
print("jump, gto with poly weighting, is zero:", jumps["gto, poly weighting"] == 0)
assert jumps["gto, poly weighting"] == 0

# %% [markdown]
# ### What the jump does to a finite-difference check
#
# A central difference with step $h$ that straddles a jump $J$ is wrong by $J/2h$: *the smaller the step, the worse*. We check the analytic
# derivatives once 0.04 mÅ before the edge and once at 5 Å, where all is smooth.
#
# > **What do you expect?** $J$ is below one ten-thousandth. How large does the error get?

# %%
import ase

from forcefield.gradients import central_difference


def check(distance, step):
    """Largest difference between analytic and finite-difference derivatives, 1/Å."""
    pair = dimers([distance])[0]
    _, derivatives = describe(soaps["gto"], [pair], [0], attach=True, method="analytical")
    numerical = central_difference(
        lambda positions: soaps["gto"].create(ase.Atoms("HH", positions=positions), centers=[0]).ravel(),
        pair.positions,
        step,
    )
    return np.abs(numerical - derivatives[0, 0]).max()


steps = np.logspace(-6, -2, 17)
across, smooth = ([check(distance, step) for step in steps] for distance in (edge - 4e-5, 5.0))

# %%
figure, axes = plt.subplots(figsize=(7.4, 3.6))
axes.plot(steps, across, "o-", color=COLOURS["training"], label="just before the edge")
axes.plot(steps, smooth, "s--", color=COLOURS["model"], label="at 5 Å")
axes.plot(steps, jumps["gto"] / (2 * steps), ":", color=COLOURS["truth"], label="jump / 2h")
axes.axvline(4e-5, color=COLOURS["truth"], linewidth=1, linestyle="-.")
axes.annotate("h = way to the edge", (4e-5, 1e-7), (6, 0), textcoords="offset points", fontsize=9)
axes.set(xscale="log", yscale="log", xlabel="step h (Å)", ylabel="finite difference − analytic (1/Å)")
axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
show(
    figure,
    "Difference between finite-difference and analytic derivatives against the step, logarithmic axes. At 5 Å it stays tiny. "
    "Just before the edge it is tiny for steps that stay inside, then leaps up to the line jump over two h and falls along it.",
)

# %%
report("error across the edge, step 0.0001 Å", check(edge - 4e-5, 1e-4), "1/Å", at_least=0.1)
report("error before the edge, step 0.00001 Å", check(edge - 4e-5, 1e-5), "1/Å", at_most=1e-7)
report("error at 5 Å, step 0.0001 Å", check(5.0, 1e-4), "1/Å", at_most=1e-6)

# %% [markdown]
# Do the two smoother variants have analytic derivatives?

# %%
for name in ("polynomial", "gto, poly weighting"):
    try:
        soaps[name].derivatives(dimers([3.0])[0], centers=[0], method="analytical")
    except ValueError as problem:
        print(f"{name}: {problem}")

# %% [markdown]
# **Answer.** Thousands of times the jump. The analytic derivatives are right on both sides; what fails is the check. So when one atom of many fails a
# finite-difference check, look at its distances first: is one near $r_\mathrm{cut} + 3.72\,\sigma$?
# Poly weighting removes the jump and the polynomial basis shrinks it, but in this version of DScribe neither has analytic derivatives.

# %% [markdown]
# ## 7. How to choose
#
# What the figures show, and no more. They are about one smooth, noise-free dimer.
#
# | choice | what we saw | so |
# |---|---|---|
# | labels | both beat energies or forces alone at equal numbers (section 2) | take energies and forces |
# | loss weight | worse at 0.1 and less, level from 1 to 1000 (section 3) | with the variances divided out, start at 1 |
# | number of labels | steep to about 12, flat from about 30 (section 4) | draw the curve: on the flat part improve the fit, not the data |
# | `n_max` | 1 fails, 2 is enough, more only costs (section 5) | the smallest value on the plateau |
# | `l_max` | no effect, more features (section 5) | 0 for atoms on one line; a dimer says nothing about more |
# | `sigma` | best in the middle of the scan (section 5) | scan it |
# | `r_cut` | too short fails, longer gains nothing (section 5) | beyond the atoms that matter, and no further |
# | cutoff | a jump at $r_\mathrm{cut} + 3.72\,\sigma$ (section 6) | keep finite-difference steps away from it |
# | seeds | dots often spread by a factor of two or more (all) | never compare single fits |
#
# We chose by the validation points, so the last word belongs to the **test set**: 500 random distances that nothing above has touched.

# %%
test = dimers_at(np.random.default_rng(2024).uniform(2.5, 5.0, 500))
final = np.array([errors(model, test) for model in reference_models])
report("test set, energy error, median of 5 seeds", np.median(final[:, 0]), "meV", at_most=1.5)
report("test set, energy error, worst of 5 seeds", final[:, 0].max(), "meV", at_most=5)
report("test set, force error, median of 5 seeds", np.median(final[:, 1]), "meV/Å", at_most=25)
report("test set, force error, worst of 5 seeds", final[:, 1].max(), "meV/Å", at_most=80)

# %% [markdown]
# ## Exercises
#
# **1. Where the labels are.** Draw the 30 labels at random, other ones for each seed, instead of equally spaced. Compare the median errors with the reference. What is the reason?
#
# <details><summary>Solution</summary>
#
# ```python
# rows = []
# for seed in range(5):
#     drawn = np.sort(np.random.default_rng(seed).choice(len(data), 30, replace=False))
#     model, _ = train(data[drawn], seed=seed, iterations=150)
#     rows.append(errors(model, validation))
# print(np.median(rows, axis=0), np.max(rows, axis=0), np.median(reference, axis=0))
# ```
#
# Several times worse, and the worst seed far worse: where the shortest distances are missing, the model must extrapolate up the steep wall.
# </details>
#
# **2. Is the floor a matter of patience?** Repeat the learning curve's point at 60 labels with 450 iterations instead of 150 (`iterations=450`). Does the median reach the Hermite curve?
#
# <details><summary>Solution</summary>
#
# ```python
# many, _ = equally_spaced(len(data), 60)
# print(np.median(five_fits(data[many], iterations=450), axis=0), others[-1, 1])
# ```
#
# It falls somewhat, but stays far above Hermite, most of all in the energy: three times the iterations do not buy what the labels offer.
# </details>
#
# **3. Find the edge.** At which distance does a SOAP with `r_cut` = 4 Å and `sigma` = 0.3 Å jump? Compute it, then show that the descriptor differs on both sides.
#
# <details><summary>Solution</summary>
#
# ```python
# place = 4.0 + 0.3 * np.sqrt(-2 * np.log(0.001))
# soap = SOAP(species=["H"], r_cut=4.0, sigma=0.3, n_max=3, l_max=0)
# print(place, np.abs(on_atom(soap, place - 1e-7) - on_atom(soap, place + 1e-7)).max())
# ```
#
# At 5.115 Å.
# </details>

# %% [markdown]
# ## Summary
#
# - A comparison needs the same labels, the same unseen points and several seeds; points used for choosing are no test set.
# - A value with its slope teaches more than two values: energies and forces together win at equal cost.
# - Excellent energies on the training structures can stand beside forces that are wrong by more than 500 meV/Å there.
# - The force weight has a broad plateau; $w = 1$ lies on it because the loss is scaled by the variances.
# - A learning curve has a range: the network's is steep, then flat, where interpolation still goes on at slope −4.
# - SOAP jumps at $r_\mathrm{cut} + 3.72\,\sigma$. The analytic derivatives survive that, a finite difference across it does not.
#
# ## Questions
#
# 1. Two settings differ by 20 % in the median of five seeds, and each spreads by a factor of two. What do you report?
#
# <details><summary>Answer</summary>
# That these five seeds do not tell them apart. Show the dots; run more seeds if the answer matters.
# </details>
#
# 2. A model trained on energies alone has an energy error of 1 meV on its training structures. May you run dynamics with it?
#
# <details><summary>Answer</summary>
# Not on that evidence. Dynamics uses forces, on structures not trained on. Section 2 shows such a fit with useless forces.
# </details>
#
# 3. A finite-difference check fails for one atom, and gets worse when the step is made smaller from 0.01 to 0.0001 Å. What do you suspect?
#
# <details><summary>Answer</summary>
# A jump inside the step: an error $J/2h$ grows as $h$ shrinks. (Rounding also grows, but is far smaller at these steps.) Look for a neighbour near $r_\mathrm{cut} + 3.72\,\sigma$.
# </details>
#
# ## Next
#
# [Lesson 6: many atoms](06_many_atoms.ipynb) puts a centre on every atom. Terms and symbols: [Terminology](01_principle.ipynb#Terminology).
