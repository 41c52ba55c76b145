# %% [markdown]
# # 4. How good is it, and where does it break?
#
# **You will learn**
#
# - to measure the errors of a force field on points that it has never met, and to spot three classic mistakes in doing so;
# - to see what one error number hides: where the errors are, and how they depend on luck;
# - to judge an error beside simple baselines that had the same labels;
# - to find out where a force field breaks: outside its data, and when the pair moves but the centre does not;
# - to judge any force field with a short checklist.
#
# **You need** [lesson 2](02_dataset.ipynb) (the data and the descriptor) and [lesson 3](03_training.ipynb) (the model); means, medians and square roots.
#
# **Time** about 60 minutes, 15 of them exercises; all cells run in under a minute.

# %% [markdown]
# ## Analysis
#
# DScribe's tutorial ends with two curves and two numbers: prediction and truth over the whole range, with the mean absolute error of energies and forces.
# We begin with that figure. Then we ask what it leaves out.
#
# The data set of lesson 2 and the model of lesson 3 are found in `data/`, or made again if they are not there.

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch

from forcefield.plots import COLOURS, show, use_course_style
from forcefield.prepared import dimer_dataset, dimer_model

torch.set_num_threads(1)  # the matrices are tiny, and the computer may be shared
use_course_style()
data = dimer_dataset()
model = dimer_model(data)

# %% [markdown]
# 30 equally spaced distances of the 200 were used in lesson 3. The other 170 were used for nothing: not to fit the weights, not to
# standardise the descriptors, not to choose the network. Only they can say how good the model is where it has no labels.

# %%
from forcefield.dataset import equally_spaced

labelled, unseen = equally_spaced(len(data), 30)
distances = data.positions[:, 1, 0] - data.positions[:, 0, 0]  # Å

print("labelled:", labelled.shape, " unseen:", unseen.shape)
print("points in both:", np.intersect1d(labelled, unseen).size)

# %% [markdown]
# The model gives $\hat E$ and $\hat{\mathbf F}$ for all 200. Of the forces we look at the x component on atom 0. That atom is on the left, so this component
# equals $+\mathrm dE/\mathrm dr$: positive means that atom 0 is pulled to the right, towards atom 1.

# %%
true_energies = data.energies  # eV
true_forces = data.forces[:, 0, 0]  # eV/Å, x on atom 0


def predict(any_model):
    """Energies (eV) and x forces on atom 0 (eV/Å) of all 200 systems."""
    energies, forces = any_model.predict(data.descriptors, data.derivatives)
    return energies, forces[:, 0, 0]


energies, forces = predict(model)

# %%
figure, axes = plt.subplots(2, 1, figsize=(7, 6), sharex=True)
rows = ((true_energies, energies, "energy (eV)"), (true_forces, forces, "force on atom 0, x (eV/Å)"))
for axis, (true, predicted, name) in zip(axes, rows, strict=True):
    axis.plot(distances, true, color=COLOURS["truth"], linewidth=4, alpha=0.35, label="truth")
    axis.plot(distances, predicted, "--", color=COLOURS["model"], label="model")
    axis.plot(distances[labelled], true[labelled], "o", color=COLOURS["training"], markersize=4, label="labels")
    axis.set_ylabel(name)
axes[0].legend()
axes[1].set_xlabel("distance r (Å)")
alt = "Energy and force on atom 0 from 2.5 to 5 Å: the dashed model lies on the truth, with 30 labels on it."
show(figure, alt)

# %% [markdown]
# The two lines lie on each other. This is where the tutorial stops. But a line in this figure is more than 0.1 eV wide, and the 30 points that the model was
# fitted to are part of the picture. We need numbers, and from the right points.

# %% [markdown]
# ## 1. One number for the error
#
# With the difference $\Delta_i = \hat E_i - E_i$ of point $i$ and $n$ points, three numbers are common. All have the unit of $E$.
#
# | name | formula | what it tells |
# |---|---|---|
# | mean absolute error (MAE) | $\frac1n\sum_i \lvert\Delta_i\rvert$ | the size of a typical error |
# | root mean square error (RMSE) | $\sqrt{\frac1n\sum_i \Delta_i^2}$ | the same, but large errors weigh more; never below the MAE |
# | largest error | $\max_i \lvert\Delta_i\rvert$ | the worst that we know of |
#
# On the 170 unseen points:

# %%
from forcefield.evaluation import mean_absolute_error, report


def print_errors(name, difference, unit, bounds):
    """MAE, RMSE and largest error of differences given in 1000 times smaller units."""
    report(f"{name}, mean absolute", np.abs(difference).mean(), unit, at_most=bounds[0])
    report(f"{name}, root mean square", np.sqrt((difference**2).mean()), unit, at_most=bounds[1])
    report(f"{name}, largest", np.abs(difference).max(), unit, at_most=bounds[2])


energy_residuals = 1e3 * (energies - true_energies)  # meV
force_residuals = 1e3 * (forces - true_forces)  # meV/Å
print_errors("energy error", energy_residuals[unseen], "meV", (1.5, 3, 10))
print_errors("force error", force_residuals[unseen], "meV/Å", (25, 60, 500))
force_errors = np.abs(force_residuals[unseen])
report("largest force error divided by the mean one", force_errors.max() / force_errors.mean(), at_least=4)

# %% [markdown]
# Read them together. The largest force error is many times the mean one: somewhere there is a point that the mean does not speak of. We will find it in section 2.
#
# The tutorial takes its MAE over **all** 200 points, the 30 labelled ones included:
#
# $$\mathrm{MAE}_{200} = 0.15\;\mathrm{MAE}_{30} + 0.85\;\mathrm{MAE}_{170}.$$
#
# Does that flatter the model? If it went through its labels exactly, $\mathrm{MAE}_{30}$ would be zero and 15 % of the error would vanish from the page.

# %%
for name, residuals in (("energy", energy_residuals), ("force", force_residuals)):
    ratio = np.abs(residuals).mean() / np.abs(residuals[unseen]).mean()
    report(f"{name} error, over all points divided by unseen points", ratio, at_most=1.3)

# %% [markdown]
# Here it hardly matters: both ratios are close to 1. The model fits its 30 labels about as well as the points between them, because the labels are free of noise and lie
# close together. That is luck of this problem: a model that follows the noise of its labels looks perfect on them and nowhere else. You cannot know without computing both, so the rule stays: **count only points that were used for nothing.**

# %% [markdown]
# ### Spot the mistake
#
# Three lines that look right. `predicted` and `true` are forces of shape (n_systems, n_atoms, 3) of pairs on the x axis.
#
# ```python
# a = np.sqrt(np.mean(predicted - true) ** 2)  # "RMSE"
# b = np.mean((predicted - true) ** 2)         # "RMSE"
# c = np.abs(predicted - true).mean()          # "MAE of the force along the bond"
# ```
#
# <details><summary>What is wrong with each?</summary>
#
# - **a** takes the mean first and the square after it. What is left is the *bias*, the size of the mean difference. Errors of opposite sign cancel.
# - **b** is the mean square error. The root is missing, and the unit is eV²/Å². Below 1 eV/Å a square is smaller than the number itself, so it looks better.
# - **c** averages over x, y and z. Both atoms lie on the x axis, so the y and z components are exactly zero in truth and in prediction: two of three terms
#   are free of error, and the result is a third of the error along the bond.
#
# </details>

# %% [markdown]
# Four differences are enough to see **a** and **b**; for **c** we take the model's forces.

# %%
differences = np.array([3.0, -3.0, 1.0, -1.0])  # meV
print("correct RMSE:", f"{np.sqrt(np.mean(differences**2)):.2f} meV")
print("mistake a, the bias:", f"{np.sqrt(np.mean(differences) ** 2):.2f} meV")
square = np.mean((1e-3 * differences) ** 2)  # eV²
print(f"mistake b, in eV and eV²: {square:.1e} instead of {np.sqrt(square):.1e}")

_, all_forces = model.predict(data.descriptors, data.derivatives)
along_bond = np.abs(all_forces - data.forces)[unseen, :, 0].mean()
everything = np.abs(all_forces - data.forces)[unseen].mean()
print("mistake c, too small by a factor of", f"{along_bond / everything:.2f}")

# %% [markdown]
# ## 2. Where are the errors?
#
# A **parity plot** draws prediction against truth: a perfect model puts every point on the diagonal. Papers on force fields rarely lack one.

# %%
figure, axes = plt.subplots(1, 2, figsize=(8, 4))
cases = ((true_energies, energies, "energy (eV)"), (true_forces, forces, "force on atom 0, x (eV/Å)"))
for axis, (true, predicted, name) in zip(axes, cases, strict=True):
    ends = [true.min(), true.max()]
    axis.plot(ends, ends, color=COLOURS["truth"], linewidth=1, zorder=0)
    axis.plot(true[unseen], predicted[unseen], "o", color=COLOURS["model"], markersize=5, alpha=0.6, label="unseen")
    axis.plot(true[labelled], predicted[labelled], "D", color=COLOURS["training"], markersize=3, label="labels")
    axis.set_xlabel(f"true {name}")
    axis.set_ylabel(f"predicted {name}")
axes[0].legend()
show(figure, "Parity plots of energies and forces: all points lie on the diagonal, most crowded near one end.")

# %% [markdown]
# It looks perfect, and it would look perfect with errors a hundred times larger. The axis spans the steep wall of the potential, so the interesting part, the well of
# depth 1 eV, is crowded into one corner:

# %%
for name, true, unit in (("energies", true_energies, "eV"), ("forces", true_forces, "eV/Å")):
    span = true.max() - true.min()
    print(f"{name}: the axis spans {span:.1f} {unit}; a dot as wide as 1/60 of it hides {1e3 * span / 60:.0f} m{unit}")

# %% [markdown]
# A parity plot is good for finding gross errors, and for nothing else. What we want to see is the difference itself, the **residual**, against what we vary: the distance.

# %%
figure, axes = plt.subplots(2, 1, figsize=(7, 5.4), sharex=True)
cases = ((energy_residuals, "energy (meV)"), (force_residuals, "force (meV/Å)"))
for axis, (residuals, name) in zip(axes, cases, strict=True):
    axis.axhline(0, color=COLOURS["truth"], linewidth=1)
    axis.plot(distances, residuals, "-", color=COLOURS["model"], linewidth=1.2)
    axis.plot(distances[unseen], residuals[unseen], ".", color=COLOURS["model"], label="unseen")
    axis.plot(distances[labelled], residuals[labelled], "D", color=COLOURS["training"], markersize=4, label="labels")
    axis.set_ylabel(f"model − truth,\n{name}")
axes[1].legend(loc="lower right")
axes[1].set_xlabel("distance r (Å)")
alt = "Residuals against distance swing around zero like a wave; the largest force residual is at the left end."
show(figure, alt)

# %% [markdown]
# Now the errors have a shape. They swing around zero like a wave that is longer than the gap between two labels: the network is a sum of a few smooth
# steps, and between the places where it is right it passes too high and too low. Labels (diamonds) are hit no better than the rest.
#
# The largest force error lies at the left end. Two things meet there: the potential is steepest, and there are labels on one side only.

# %%
worst = unseen[np.abs(force_residuals[unseen]).argmax()]
print("largest force error lies below 2.7 Å:", distances[worst] < 2.7)
assert distances[worst] < 2.7
print(f"true force at 2.5 Å: {true_forces[0]:.0f} eV/Å; strongest attraction anywhere: {true_forces.max():.2f} eV/Å")
per_mille = abs(force_residuals[worst] / true_forces[worst])  # meV/Å over eV/Å
report("largest force error, in per mille of the force there", per_mille, at_most=5)

# %% [markdown]
# Beside the force at that place the error is small. Whether it matters depends on the use. Atoms at room temperature never climb that wall, so for them the errors in the
# well count; for a collision the wall counts. **An error has a place, and the use decides which place matters.**

# %% [markdown]
# ## 3. One seed proves nothing
#
# The initial weights of the network were drawn at random with seed 0. Another seed gives another model from the same labels. We train 16 of them with the settings of
# lesson 3; the cell prints how long that takes.

# %%
import time

from forcefield.training import train

start = time.process_time()  # the processor's time: other programs do not count
seeds = range(16)
models = [train(data[labelled], seed=seed, iterations=500)[0] for seed in seeds]
print(f"time: {time.process_time() - start:.1f} s (this machine)")


# %%
def unseen_errors(energies, forces):
    """Mean absolute errors on the unseen points, meV and meV/Å."""
    return (
        1e3 * mean_absolute_error(energies[unseen], true_energies[unseen]),
        1e3 * mean_absolute_error(forces[unseen], true_forces[unseen]),
    )


seed_errors = np.array([unseen_errors(*predict(member)) for member in models])  # (16, 2): meV, meV/Å
medians, worsts = np.median(seed_errors, axis=0), seed_errors.max(axis=0)
print("array of errors:", seed_errors.shape)

# %%
figure, axes = plt.subplots(1, 2, figsize=(8, 3.4))
units = ("energy (meV)", "force (meV/Å)")
for axis, values, median, unit in zip(axes, seed_errors.T, medians, units, strict=True):
    axis.plot(seeds, values, "o", color=COLOURS["model"])
    axis.axhline(median, color=COLOURS["truth"], linestyle="--", linewidth=1.2)
    axis.annotate("median", (20, median), ha="right", va="bottom")
    axis.set(xlim=(-1, 20), xticks=range(0, 16, 5), ylim=(0, 1.15 * values.max()))
    axis.set_xlabel("seed")
    axis.set_ylabel(f"mean absolute error,\n{unit}")
show(figure, "Errors of energy and force for 16 seeds: the dots scatter widely about the dashed median.")

# %%
report("median energy error", medians[0], "meV", at_most=0.5)
report("median force error", medians[1], "meV/Å", at_most=10)
report("energy, worst seed divided by median", worsts[0] / medians[0], at_most=3)
report("force, worst seed divided by median", worsts[1] / medians[1], at_most=3)
report("energy, worst seed divided by best seed", worsts[0] / seed_errors[:, 0].min(), at_least=1.5)

# %% [markdown]
# Same labels, same code, same settings, and the worst seed is clearly worse than the best. Had we compared two *settings* with one seed each, the difference could have been
# nothing but luck. So: state the median and the spread over seeds, and compare two settings only when they differ by more than that spread. The model on disk has seed 0; it
# is one dot in this figure, and no promise for the others.

# %% [markdown]
# ## 4. Good compared with what?
#
# An error of some tenths of a meV sounds small. To judge it, we let others learn from **the same 30 distances** and test them on **the same 170**.
#
# | baseline | what it does |
# |---|---|
# | mean | always says the mean energy of the labels; the derivative of a constant is zero, so its forces are zero |
# | kernel ridge | a weighted sum of Gaussians, one at each label, in the space of the same 6 features; fitted to the energies alone, its two settings chosen by cross-validation within the 30 |
# | cubic Hermite | interpolates in $r$ itself, through every labelled energy with the labelled slope; it is told that only $r$ matters |

# %%
from forcefield.baselines import KernelRidgeBaseline, hermite_baseline

mean_energies = np.full(len(data), true_energies[labelled].mean())
kernel_ridge = KernelRidgeBaseline(data[labelled])
hermite = hermite_baseline(distances[labelled], true_energies[labelled], true_forces[labelled], distances)

baseline_errors = {
    "mean of the labels": unseen_errors(mean_energies, np.zeros(len(data))),
    "kernel ridge": unseen_errors(*predict(kernel_ridge)),
    "cubic Hermite in r": unseen_errors(*hermite),
}

# %%
rows = {"mean of the labels": "v", "network, 16 seeds": "o", "cubic Hermite in r": "s", "kernel ridge": "D"}
figure, axes = plt.subplots(1, 2, figsize=(9, 3), sharey=True)
for column, (axis, unit) in enumerate(zip(axes, units, strict=True)):
    for height, (name, marker) in enumerate(reversed(rows.items())):
        is_network = name not in baseline_errors
        values = seed_errors[:, column] if is_network else [baseline_errors[name][column]]
        middle, colour = np.median(values), COLOURS["model" if is_network else "baseline"]
        axis.plot(values, [height] * len(values), marker, color=colour, alpha=0.35)
        axis.plot(middle, height, marker, color=colour, markersize=8)
        text = f"{middle:.0f}" if middle > 100 else f"{middle:.2g}"
        axis.annotate(text, (middle, height + 0.18), ha="center", va="bottom")
    axis.set(xscale="log", xlabel=f"mean absolute error, {unit}", ylim=(-0.5, 3.7), xmargin=0.12)
axes[0].set_yticks(range(4), reversed(rows))
alt = "Errors on a log axis, largest first: mean of the labels, network with its spread, cubic Hermite, kernel ridge."
show(figure, alt)

# %%
for name, bounds in (("kernel ridge", (0.12, 3)), ("cubic Hermite in r", (0.12, 5))):
    report(f"{name}, energy error", baseline_errors[name][0], "meV", at_most=bounds[0])
    report(f"{name}, force error", baseline_errors[name][1], "meV/Å", at_most=bounds[1])
gaussian_width = 1 / np.sqrt(2 * kernel_ridge.regression.gamma)  # the features are standardised
report("width of a Gaussian in standard deviations of the features", gaussian_width, at_least=2)

# %%
energy_ratio, force_ratio = np.array(baseline_errors["kernel ridge"]) / medians
report("kernel ridge divided by the network's median, energy", energy_ratio, at_most=0.5)
report("kernel ridge divided by the network's median, force", force_ratio, at_most=0.5)
mean_ratio = baseline_errors["mean of the labels"][0] / medians[0]
report("mean of the labels divided by the network's median, energy", mean_ratio, at_least=500)

# %% [markdown]
# The network is far better than saying the mean: it has learned something. But **kernel ridge beats it clearly**, on the same features, from the energies alone, and without
# any seed. Why?
#
# - The truth is one smooth curve without noise, and 30 points cover it densely: home ground for a sum of smooth Gaussians that are wider than the whole data set.
# - Its weights solve one linear system exactly. A network has to search for its weights, and stops somewhere near a minimum.
#
# It even beats the Hermite spline, which was told that only $r$ matters and given the slopes. That spline is a cubic between two labels; the Gaussians are smoother than that.

# %% [markdown]
# Why then do people train networks? Because of what happens when there are many labels. Plain kernel ridge stores a matrix with one row and one column for every label: memory grows as
# $n^2$ and the solution as $n^3$ ([Rasmussen and Williams, 2006, chapter 8](https://gaussianprocess.org/gpml/)). Let us count for small clusters of 13 atoms, where each
# gives 1 energy and 39 force components:

# %%
for n_structures in (30, 200, 2000, 20000):
    n_labels = n_structures * (1 + 3 * 13)
    print(f"{n_structures:6d} clusters, {n_labels:7d} labels: kernel matrix {8 * n_labels**2 / 1e9:9.3f} GB")

# %% [markdown]
# A network keeps the size that you gave it, whatever the number of labels. (Kernel methods that keep a small set of reference points are in use
# too: [Deringer et al., 2021](https://doi.org/10.1021/acs.chemrev.1c00022).) Whether a network is also *more accurate* there is a question that this lesson cannot answer: [lesson 6](06_many_atoms.ipynb) goes to many atoms.
#
# One more look at the question of section 1. The Hermite spline goes through its labels exactly, so an error taken over all 200 points flatters it by just the share of the labels:

# %%
for name, predicted, true in zip(("energy", "force"), hermite, (true_energies, true_forces), strict=True):
    ratio = np.abs(predicted - true).mean() / np.abs(predicted - true)[unseen].mean()
    print(f"cubic Hermite, {name} error over all points divided by unseen points: {ratio:.2f}")

# %% [markdown]
# ## 5. Is the force the derivative of the energy?
#
# So far we compared with the truth. This check needs none: whatever energy a force field gives, its force must be $-\partial\hat E/\partial\mathbf R$ *of that energy*. If not,
# energy is not conserved in a simulation. We compare with central differences, for pairs on the axis and for one that lies anywhere.

# %%
import ase

from forcefield.descriptors import MIDPOINT, describe, make_soap
from forcefield.gradients import numerical_forces
from forcefield.systems import dimers

soap = make_soap()


def apply(any_model, positions, centers=(MIDPOINT,), attach=False):
    """Energy (eV) and forces (n_atoms, 3) (eV/Å) of one pair of atoms anywhere in space."""
    described = describe(soap, [ase.Atoms("HH", positions)], centers, attach)
    energies, forces = any_model.predict(*described)
    return energies[0], forces[0]


# %%
skewed = np.array([[-1.4, 0.3, -0.2], [1.5, -0.1, 0.4]])  # Å
near, far = dimers([2.6, 4.5])
for name, positions in (("r = 2.6 Å", near.positions), ("r = 4.5 Å", far.positions), ("skewed", skewed)):
    analytic = apply(model, positions)[1]
    numerical = numerical_forces(lambda moved: apply(model, moved)[0], positions, step=1e-5)
    difference = np.abs(analytic - numerical).max()
    print(f"{name}: forces agree with finite differences to 1e-6 eV/Å: {difference < 1e-6}")
    assert difference < 1e-6

# %% [markdown]
# The forces are right: they are the exact derivative of the model's energy. Remember this in the next section. What goes wrong there is not a bug in a gradient. It is the energy.

# %% [markdown]
# ## 6. What breaks
#
# ### Outside the data
#
# The labels go from 2.5 to 5.0 Å. Nothing stops us from asking the model for 2.0 or 6.0 Å, and in a simulation nobody asks you. We ask the first 8 models, and the potential that made the labels.

# %%
from forcefield.systems import label

reach = np.linspace(2.0, 6.0, 401)  # Å
_, reach_true_energies, reach_labels = label(dimers(reach))
reach_true_forces = reach_labels[:, 0, 0]  # eV/Å, x on atom 0
described = describe(soap, dimers(reach), [MIDPOINT])
predictions = [member.predict(*described) for member in models[:8]]
reach_energies = np.array([energies for energies, _ in predictions])  # (8, 401), eV
reach_forces = np.array([forces[:, 0, 0] for _, forces in predictions])  # (8, 401), eV/Å

# %%
figure, axes = plt.subplots(2, 2, figsize=(8, 6), sharex="col")
for row, true, predicted in ((0, reach_true_energies, reach_energies), (1, reach_true_forces, reach_forces)):
    for axis in axes[row]:
        axis.plot(reach, predicted.T, color=COLOURS["model"], linewidth=1)
        axis.plot(reach, true, color=COLOURS["truth"], linestyle="--")
        axis.axvspan(2.5, 5.0, color=COLOURS["training"], alpha=0.12, linewidth=0)
axes[0, 0].set(xlim=(2.0, 2.7), ylim=(-5, 100), ylabel="energy (eV)")
axes[1, 0].set(ylim=(-300, 100), ylabel="force on atom 0, x (eV/Å)", xlabel="distance r (Å)")
axes[0, 1].set(xlim=(4.6, 6.0), ylim=(-0.25, 0.15))
axes[1, 1].set(ylim=(-0.3, 0.4), xlabel="distance r (Å)")
axes[0, 0].annotate("truth", (2.22, 90))
axes[0, 0].annotate("8 models", (2.02, 22), color=COLOURS["model"])
axes[0, 0].annotate("labels", (2.54, 40), color=COLOURS["training"])
axes[0, 1].annotate("labels", (4.7, 0.05), color=COLOURS["training"])
alt = "Eight models follow the dashed truth where there are labels, shaded; below 2.5 and above 5 Å they fan out."
show(figure, alt)


# %%
def at(distance):
    """Index of a distance in `reach`."""
    return int(np.abs(reach - distance).argmin())


low, wall, end = at(2.1), at(2.4), at(6.0)
for name, i in (("2.1 Å", low), ("2.4 Å", wall), ("6 Å", end)):
    print(f"{name}, true energy in eV: {reach_true_energies[i]:.3f}")
missing = reach_true_energies - reach_energies  # (8, 401), eV
report("2.1 Å, energy missing, median of 8 models", np.median(missing[:, low]), "eV", at_least=50)
repulsion = reach_forces[:, low].min() / reach_true_forces[low]
report("2.1 Å, strongest repulsion of 8 models divided by the true one", repulsion, at_most=0.3)
report("2.4 Å, energy missing, best of 8 models", missing[:, wall].min(), "eV", at_least=0.05)
report("3.7 Å, spread of 8 models", np.ptp(reach_energies[:, at(3.7)]), "eV", at_most=0.005)
report("6 Å, spread of 8 models", np.ptp(reach_energies[:, end]), "eV", at_least=0.05)

# %% [markdown]
# Left: the true wall keeps rising, the models level off. Their repulsion fades where it should grow, and further in it can turn into attraction: two atoms that once come too close may stay
# there. Right: at 6 Å the models disagree by more than the energy itself. Neither side gives a warning: the code returns a number as before.
#
# The fan of the seeds is a hint that one has left the data. But look at 2.4 Å: **all** models are too low, so the truth lies outside the whole fan. Agreement is no
# proof. [Lesson 8](08_uncertainty.ipynb) asks what a committee can tell.

# %% [markdown]
# ### The pair moves, the centre stays
#
# Now a distance that the model knows well, $r=3.25$ Å, close to the minimum. We move the **whole pair** along x by up to 0.3 Å. Nothing physical has changed: the energy must stay the same, and
# by Newton's third law the two forces must add up to zero, because the pair is alone.
#
# The centre of the descriptor stays at the origin.

# %%
shifts = np.linspace(0, 0.3, 31)  # Å
moved = [dimers([3.25], shift=shift)[0] for shift in shifts]
moved_described = describe(soap, moved, [MIDPOINT])
moved_results = [member.predict(*moved_described) for member in [*models[:8], kernel_ridge]]
moved_energies = np.array([energies for energies, _ in moved_results])  # (9, 31), eV
net_forces = np.array([forces.sum(axis=1)[:, 0] for _, forces in moved_results])  # (9, 31), eV/Å, x
_, moved_true_energies, moved_true_forces = label(moved)

# %%
figure, axes = plt.subplots(1, 2, figsize=(8.5, 3.6))
truths = (moved_true_energies, moved_true_forces.sum(axis=1)[:, 0])
for axis, values, true in zip(axes, (moved_energies, net_forces), truths, strict=True):
    axis.plot(shifts, values[:8].T, color=COLOURS["model"], linewidth=1)
    axis.plot(shifts, values[8], "-.", color=COLOURS["baseline"])
    axis.plot(shifts, true, "--", color=COLOURS["truth"])
    axis.set_xlabel("shift of the whole pair along x (Å)")
axes[0].set_ylabel("energy (eV)")
axes[1].set_ylabel("net force on the pair, x (eV/Å)")
ends = (
    (0, "truth", "truth"),
    (net_forces[8, -1], "kernel\nridge", "baseline"),
    (net_forces[0, -1], "8 networks", "model"),
)
for height, name, role in ends:
    axes[1].annotate(name, (0.31, height), va="center", color=COLOURS[role])
axes[1].set_xlim(-0.01, 0.42)
alt = (
    "As the pair is moved, the energy of the networks rises and a net force grows; the truth stays level at zero force."
)
show(figure, alt)

# %%
changes = moved_energies[:8, -1] - moved_energies[:8, 0]
report("shift 0.3 Å, energy change, median of 8 networks", np.median(changes), "eV", at_least=0.5)
report("shift 0.3 Å, smallest net force of 8 networks", np.abs(net_forces[:8, -1]).min(), "eV/Å", at_least=3)
report("shift 0.3 Å, net force of kernel ridge", abs(net_forces[8, -1]), "eV/Å", at_least=1)
print(f"for comparison, the strongest attraction between the two atoms: {true_forces.max():.2f} eV/Å")
print("shift 0, largest net force below 1e-8 eV/Å:", np.abs(net_forces[:, 0]).max() < 1e-8)
assert np.abs(net_forces[:, 0]).max() < 1e-8

# %% [markdown]
# A lone pair of atoms is pulled back to the origin, and harder than its atoms ever attract each other. **Newton's third law is broken**, and so is the conservation of momentum. The errors on 170 honest test points
# told us nothing about it: all 170 have the centre at their midpoint.
#
# Why? In the data the centre always sees two atoms at equal distances. After a shift $s$ it sees one at $r/2-s$ and one at $r/2+s$: six features that no training point ever had. The model is
# outside its data again, at a distance $r$ in the middle of them. Kernel ridge suffers as well: it is the *centre* that is wrong, not the network.

# %% [markdown]
# ### Explore: the reach of the model
#
# Drag the two atoms apart, push them together, or move the pair off the centre of the descriptor. The truth is black, the model blue.

# %%
from forcefield.explorers.extrapolation import extrapolation_explorer

extrapolation_explorer(model)

# %% [markdown]
# | control | what it does |
# |---|---|
# | **r: distance (Å)** | distance of the two atoms; the training data go from 2.5 to 5 Å (shaded) |
# | **Shift of the pair (Å)** | moves both atoms along x while the centre of the descriptor (the cross) stays |
# | **Reset** | back to 3 Å and no shift |
#
# Left: energy against distance for this shift. A point beyond the scale is drawn at its edge. Right: the pair and the forces on its atoms, true above and predicted below. The sentence says whether the point lies inside the training data.
#
# **Try:**
#
# - Without a shift, go below 2.5 Å and above 5 Å. On which side does the model fail sooner, and why?
# - Go back to 3 Å and shift the pair by 0.05 Å, one press of an arrow key. How large is the net force? What is it in truth?
# - Shift to the left instead of to the right. What changes, and what symmetry is that?
# - Which of the failures could more labels cure? Which needs another centre?

# %% [markdown]
# ### The pair turns
#
# Turning the pair about the centre is another matter. SOAP sums over all orientations, so the same distances give the same features. Energies must stay, and forces must turn with the pair.

# %%
pair = dimers([3.25])[0]
energy_before, forces_before = apply(model, pair.positions)

for angle, turn_axis in ((30, "z"), (90, "y"), (77, (1, 1, 1))):
    turned = pair.copy()
    turned.rotate(angle, turn_axis, center=MIDPOINT)
    energy, forces_turned = apply(model, turned.positions)
    bond = (turned.positions[1] - turned.positions[0]) / 3.25  # unit vector from atom 0 to atom 1
    same_energy = abs(energy - energy_before) < 1e-8
    same_force = np.abs(forces_turned[0] - forces_before[0, 0] * bond).max() < 1e-8
    print(f"{angle} degrees about {turn_axis}: same energy: {same_energy}, same force along the bond: {same_force}")
    assert same_energy
    assert same_force

# %% [markdown]
# So one symmetry is built in, and the other is not. Symmetries that are built in hold everywhere, also outside the data. Symmetries that are not built in have to be learned, and our data had
# nothing to learn them from.

# %% [markdown]
# ### The cure: centres that move along
#
# Put a centre on every atom. When the pair moves, its centres move too, and each still sees the other atom at distance $r$. If $\hat E$ does not change when all atoms move by the same vector, then
#
# $$\sum_a \frac{\partial \mathbf D}{\partial \mathbf R_a} = 0 \quad\Rightarrow\quad \sum_a \hat{\mathbf F}_a = 0 ,$$
#
# with $\mathbf R_a$ the position of atom $a$. The derivatives have to know that the centres move: that is `attach=True` of lesson 2.

# %%
from forcefield.dataset import Dataset

structures = dimers(distances)
for attach in (True, False):
    _, derivatives = describe(soap, structures, centers=[0, 1], attach=attach)
    largest_sum = np.abs(derivatives.sum(axis=2)).max()  # sum over atoms: axis 2
    print(f"attach={attach}: derivatives {derivatives.shape}, largest sum over the atoms {largest_sum:.2f} 1/Å")

# %% [markdown]
# With `attach=True` the sum is zero. We train a model with two centres on the same 30 labels and repeat the test that failed.

# %%
two_centers = Dataset(*label(structures), *describe(soap, structures, [0, 1], attach=True))
cured, _ = train(two_centers[labelled], seed=0, iterations=500)

here = apply(cured, dimers([3.25])[0].positions, [0, 1], attach=True)
there = apply(cured, dimers([3.25], shift=0.3)[0].positions, [0, 1], attach=True)
print("energy changes by less than 1e-10 eV:", abs(there[0] - here[0]) < 1e-10)
print("net force below 1e-10 eV/Å:", np.abs(there[1].sum(axis=0)).max() < 1e-10)
assert abs(there[0] - here[0]) < 1e-10
assert np.abs(there[1].sum(axis=0)).max() < 1e-10

# %% [markdown]
# Moved by 0.3 Å, and nothing changes: not because the model has learned it, but because it cannot do otherwise. Its forces pass the check of section 5, if the derivatives are taken
# with `attach=True`. With `attach=False` they belong to an energy whose centres stay behind, which is not the energy that we compute:

# %%
positions = dimers([3.25], shift=0.3)[0].positions
numerical = numerical_forces(lambda moved: apply(cured, moved, [0, 1], attach=True)[0], positions, step=1e-5)
for attach in (True, False):
    analytic = apply(cured, positions, [0, 1], attach=attach)[1]
    print(f"attach={attach}: forces agree with finite differences:", np.allclose(analytic, numerical, atol=1e-6))
assert np.allclose(there[1], numerical, atol=1e-6)

two_center_energies, two_center_forces = cured.predict(two_centers.descriptors, two_centers.derivatives)
two_center_errors = unseen_errors(two_center_energies, two_center_forces[:, 0, 0])
report("two centres, energy error on the unseen points", two_center_errors[0], "meV", at_most=5)
report("two centres, force error on the unseen points", two_center_errors[1], "meV/Å", at_most=60)

# %% [markdown]
# Its errors on the test points (one seed!) may be larger than those of section 3, whose descriptor was made for this one problem. It is still the one to take: an error of some meV can be
# lived with, a force out of nothing cannot. [Lesson 6](06_many_atoms.ipynb) builds on it.

# %% [markdown]
# ## 7. A checklist for any force field
#
# Take these questions to the next paper, and to your own work.
#
# | ask | here |
# |---|---|
# | Which points were used for nothing, and are the errors from those alone? | section 1 |
# | Energies **and** forces, each with unit, MAE or RMSE, per component or per vector? | section 1 |
# | Where are the largest errors, and does the use ever go there? | section 2 |
# | How many seeds, and how large is their spread? | section 3 |
# | What do simple baselines reach with the same labels? | section 4 |
# | Does $\mathbf F=-\partial E/\partial\mathbf R$ hold, tested by finite differences? | section 5 |
# | What happens outside the data, and how would one notice? | section 6 |
# | Moved, turned, atoms of one kind swapped: do energy and forces behave? | section 6 |
# | Do the test points resemble the intended use, or only the training points? | section 6 |

# %% [markdown]
# ## Exercises
#
# **1. The error where it matters.** Compute the mean absolute force error of `model` on the unseen points in three windows: below 2.9 Å, 2.9 to 3.8 Å, above 3.8 Å.
# Give it also relative to the mean absolute true force there. Which window is best, in each sense?
#
# <details><summary>Solution</summary>
#
# ```python
# for low, high in ((2.5, 2.9), (2.9, 3.8), (3.8, 5.1)):
#     window = unseen[(distances[unseen] >= low) & (distances[unseen] < high)]
#     error = np.abs(force_residuals[window]).mean()
#     size = 1e3 * np.abs(true_forces[window]).mean()
#     print(f"{low} to {high} Å: {error:.1f} meV/Å, {100 * error / size:.2f} % of the mean force")
# ```
#
# In meV/Å the wall is the worst. In per cent it is the best by far, because the force there is so large. Neither number is "the" error: the use decides.
#
# </details>
#
# **2. Choose without peeking.** Is a network of 8 or of 32 units better? Decide with the 30 labels alone: five times, leave five or six of them out of the fit and test on those. Keep the first and the last label always in the
# fit. Why?
#
# <details><summary>Solution</summary>
#
# ```python
# from sklearn.model_selection import KFold
#
# inner = labelled[1:-1]
# for units in (8, 32):
#     scores = []
#     for kept, held_out in KFold(5, shuffle=True, random_state=0).split(inner):
#         fitted, checked = np.concatenate([inner[kept], labelled[[0, -1]]]), inner[held_out]
#         candidate, _ = train(data[fitted], hidden_units=(units,), iterations=500)
#         scores.append(1e3 * mean_absolute_error(predict(candidate)[0][checked], true_energies[checked]))
#     print(units, "units:", np.round(scores, 2), "meV, median", np.round(np.median(scores), 2))
# ```
#
# Without its first label a model has to extrapolate up the wall, and that one point drowns all others. The 170 unseen points had no say in the choice, so they are still good for the final test. Note how far the
# five numbers scatter: a choice from one fold would be a throw of dice.
#
# </details>
#
# **3. Sideways.** Move the pair by 0.3 Å along y instead of x, at $r=3.25$ Å. What happens to the energy and to the net force of `model`? Is it better or worse than along x, and why?
#
# <details><summary>Solution</summary>
#
# ```python
# pair = dimers([3.25])[0]
# before, _ = apply(model, pair.positions)
# for direction in ([0.3, 0, 0], [0, 0.3, 0]):
#     energy, forces_there = apply(model, pair.positions + direction)
#     print(direction, f"energy change {energy - before:.3f} eV, net force", forces_there.sum(axis=0).round(2))
# ```
#
# Along y both atoms stay at equal distances from the centre, $\sqrt{(r/2)^2+0.3^2}$: the features are those of a longer pair, which the training set holds. So the error is milder: the model takes the pair for one with a
# larger $r$. The net force is still not zero.
#
# </details>

# %% [markdown]
# ## Summary
#
# - On the 170 points used for nothing, the median of 16 seeds is at most 0.5 meV and 10 meV/Å; the worst seed is at most three times the median.
# - MAE, RMSE and largest error tell different things. A bias or an MSE is not an RMSE, and components that are always zero dilute a mean.
# - Residuals against distance show what a parity plot hides: a wave around zero, and the largest force error on the wall.
# - Kernel ridge beats the network here: one smooth curve without noise is its home ground.
# - Forces equal minus the numerical derivative of the energy, and still a pair that moves while its centre stays feels a net force of more than 3 eV/Å. Outside the labels the models level off or fan out.
# - Centres on the atoms with `attach=True` bring the net force to zero, to 1e-10 eV/Å.

# %% [markdown]
# ## Questions
#
# **1.** A paper reports "force MAE 0.05 eV/Å" and shows a parity plot whose axis runs from −100 to 100 eV/Å. What three things would you ask?
#
# <details><summary>Answer</summary>
#
# For example: are these points that were used neither for fitting nor for choosing? How large are the errors near equilibrium, where forces are about 1 eV/Å, so that 0.05 is a lot? How many seeds, and what spread?
# Or: what does a simple baseline reach on the same points?
#
# </details>
#
# **2.** The forces of our model agree with finite differences of its energy to 1e-6 eV/Å. Yet the moved pair feels a net force. How can both be true?
#
# <details><summary>Answer</summary>
#
# The check compares the force with the model's *own* energy. That energy depends on where the pair is relative to the fixed centre, so its exact derivative with respect to a common shift is not zero. The derivative is
# right, the energy is wrong.
#
# </details>
#
# **3.** Would adding pairs that are moved by up to 0.3 Å to the training set cure the model with the fixed centre?
#
# <details><summary>Answer</summary>
#
# It would help for such shifts, as far as the fit is accurate, and cost labels. It would not hold for a shift of 1 Å, and never exactly. A symmetry that is built in costs no labels and holds everywhere.
#
# </details>

# %% [markdown]
# ## Next
#
# The core of the course is done: principle, data, training, analysis. [Lesson 5](05_experiments.ipynb) asks what makes a force field better: which labels, how many, which descriptor, each as an experiment with spread over seeds.
#
# Words and symbols: [Terminology](01_principle.ipynb#Terminology). Back to the map: [start here](00_start_here.ipynb).
