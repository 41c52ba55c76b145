# %% [markdown]
# # 4. How good is it, and where does it break?
#
# **You will learn**
#
# - to measure the errors of a force field on points that it has never met, and to spot three classic mistakes in doing so;
# - to see what one error number hides: where the errors are, and how they depend on luck;
# - to judge an error beside other methods that had the same labels;
# - to find out where a force field breaks: outside its data, and when the pair moves but the centre does not;
# - to put known physics where there are no labels;
# - to judge any force field with a short checklist.
#
# **You need** [lesson 2](02_dataset.ipynb) (the data and the descriptor) and [lesson 3](03_training.ipynb) (the model); means, medians and square roots.
#
# **Time** about 85 minutes to read and run, 50 for the exercises. Two parts of section 4 are marked *(optional)*: five minutes less.

# %% [markdown]
# ## Analysis
#
# DScribe's tutorial ends with two curves and two numbers: prediction and truth over the whole range, with the mean absolute error of energies and forces.
# We begin with that figure. Then we ask what it leaves out. Terms and symbols are listed under [Terminology](01_principle.ipynb#Terminology).

# %%
import matplotlib.pyplot as plt
import numpy as np

from forcefield.evaluation import mean_absolute_error, report
from forcefield.exercises import check, check_solution, progress, quiz
from forcefield.lesson import start_lesson
from forcefield.plots import COLOURS, LINES, POINTS, TRAINING_RANGE, show

start_lesson()

# %% [markdown]
# The data set of lesson 2 (pairs of atoms, *dimers* for short) and the model of lesson 3 are found in `data/`, or made again if they are not there. `DIMER_FIT` holds the settings that lesson 3 ended with.

# %%
from forcefield.prepared import DIMER_FIT, dimer_dataset, dimer_model

data = dimer_dataset()
model = dimer_model(data)
print(DIMER_FIT)

# %% [markdown]
# 30 equally spaced distances of the 200 were labelled for lesson 3. The other 170 chose nothing: no weight was fitted to them, no descriptor standardised with them, no setting chosen by them.
# (Errors on some of them were *shown* in lessons 1 and 3. As long as nobody changes a setting because of what is shown, that does no harm.) Only they can say how good the model is where it has no labels.

# %%
from forcefield.splits import equally_spaced

labelled_rows, unseen_rows = equally_spaced(len(data), 30)
distances = data.positions[:, 1, 0] - data.positions[:, 0, 0]  # Å

# %%
print("labelled:", labelled_rows.shape, " unseen:", unseen_rows.shape)
print("points in both:", np.intersect1d(labelled_rows, unseen_rows).size)

# %% [markdown]
# The model gives [energies $\hat E$ and forces $\hat{\mathbf F}$](01_principle.ipynb#Terminology) (the hat means: predicted) for all 200. Of the forces we look at the x component on atom 0. That atom is on the left, so this component
# equals $+\mathrm dE/\mathrm dr$: positive means that atom 0 is pulled to the right, towards atom 1.

# %%
true_energies = data.energies  # eV
true_forces = data.forces[:, 0, 0]  # eV/Å, x on atom 0


# %%
def predict(any_model):
    """Energies (eV) and x forces on atom 0 (eV/Å) of all 200 systems."""
    energies, forces = any_model.predict(data.descriptors, data.derivatives)
    return energies, forces[:, 0, 0]


# %%
energies, forces = predict(model)

# %% jupyter={"source_hidden": true} tags=["hide-input"]
figure, axes = plt.subplots(2, 1, figsize=(7, 6), sharex=True)
panels = ((true_energies, energies, "energy (eV)"), (true_forces, forces, "force on atom 0, x (eV/Å)"))
for axis, (true, predicted, name) in zip(axes, panels, strict=True):
    axis.plot(distances, true, label="truth", **LINES["truth"] | {"linewidth": 4, "alpha": 0.35})
    axis.plot(distances, predicted, label="model", **LINES["model"])
    axis.plot(distances[labelled_rows], true[labelled_rows], label="labels", **POINTS["training"])
    axis.set_ylabel(name)
axes[0].legend()
axes[1].set_xlabel("distance r (Å)")
alt = "Energy and force on atom 0: the dashed model lies on the truth, with 30 labels on it."
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
def print_errors(name, difference, unit, bounds):
    """MAE, RMSE and largest error of differences given in 1000 times smaller units."""
    report(f"{name}, mean absolute", np.abs(difference).mean(), unit, at_most=bounds[0])
    report(f"{name}, root mean square", np.sqrt((difference**2).mean()), unit, at_most=bounds[1])
    report(f"{name}, largest", np.abs(difference).max(), unit, at_most=bounds[2])


# %%
energy_residuals = 1e3 * (energies - true_energies)  # meV
force_residuals = 1e3 * (forces - true_forces)  # meV/Å
print_errors("energy error", energy_residuals[unseen_rows], "meV", (0.0012, 0.008, 0.07))
print_errors("force error", force_residuals[unseen_rows], "meV/Å", (0.06, 0.4, 4))

# %%
force_errors = np.abs(force_residuals[unseen_rows])
ratio = force_errors.max() / force_errors.mean()
report("largest force error divided by the mean one", ratio, at_least=20)

# %% [markdown]
# Read them together. The three numbers differ by large factors: somewhere there are points that the mean does not speak of. We will find them in section 2.
#
# The tutorial takes its MAE over **all** 200 points, the 30 labelled ones included:
#
# $$\mathrm{MAE}_{200} = 0.15\;\mathrm{MAE}_{30} + 0.85\;\mathrm{MAE}_{170}.$$
#
# **What do you expect?** Compared with the mean over the 170 unseen points, the mean over all 200 is
#
# - **A** the same: 30 points are few.
# - **B** smaller by about 15 %.
# - **C** smaller by more than half: the labelled points were learned.
# - **D** larger: more points, more error.

# %%
for name, residuals in (("energy", energy_residuals), ("force", force_residuals)):
    ratio = np.abs(residuals).mean() / np.abs(residuals[unseen_rows]).mean()
    words = f"{name} error, over all points divided by unseen points"
    report(words, ratio, at_least=0.84, at_most=0.87)

# %% [markdown]
# **Answer: B.** The ratio is close to 0.85, nearly as small as the formula allows. The model goes through its 30 labels, so they add nothing to the error, and 15 % of the error vanish from the page. Not A: few points, but the share that they are. Not C: they cannot take away more than their share. Not D: a mean does not grow with the number of points.
#
# Here that is harmless, because 30 of 200 points are few. With 80 % of the points labelled, four fifths of the error would vanish; and a model that follows the noise of its labels looks perfect on them and
# nowhere else. So the rule is: **count only points that had no say in the model.**

# %% [markdown]
# ### Three mistakes in a line of code
#
# Three lines that look right. `predicted` and `true` are forces of shape (n_systems, n_atoms, 3) of pairs on the x axis.
#
# ```python
# a = np.sqrt(np.mean(predicted - true) ** 2)  # "RMSE"
# b = np.mean((predicted - true) ** 2)         # "RMSE"
# c = np.abs(predicted - true).mean()          # "MAE of the force along the bond"
# ```
#
# What is wrong with each? Think first.
#
# <details><summary>What is wrong</summary>
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

# %%
square = np.mean((1e-3 * differences) ** 2)  # eV²
print(f"mistake b, in eV and eV²: {square:.1e} instead of {np.sqrt(square):.1e}")

# %%
_, all_forces = model.predict(data.descriptors, data.derivatives)
along_bond = np.abs(all_forces - data.forces)[unseen_rows, :, 0].mean()
everything = np.abs(all_forces - data.forces)[unseen_rows].mean()
print("mistake c, too small by a factor of", f"{along_bond / everything:.2f}")

# %% [markdown]
# ### Exercise 4.1: Two numbers that are one
#
# **8 minutes** · spot the mistake
#
# Such mistakes get published. In [matgl](https://github.com/materialyzeai/matgl/issues/256), a package of force fields, the test report said "Energy MAE 8.898607, Energy RMSE 8.898607"; in [chemprop](https://github.com/chemprop/chemprop/issues/577) the two agreed in the example notebook; in [DeePMD-kit](https://github.com/deepmodeling/deepmd-kit/pull/5105) a number called RMSE had no root.
#
# Write a function that gives the three numbers of the table above, for arrays of any shape, and makes none of these mistakes.


# %% tags=["exercise"]
def error_numbers(predicted, true):
    """MAE, RMSE and largest error over all components, in the unit of the arrays.

    predicted, true: arrays of one shape, such as (n,) or (n, n_atoms, 3). Returns three numbers.
    """
    return ...


check("4.1", error_numbers)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Begin with the array of differences. In which order do root, mean and square come? Try it on the four differences above.
#
# </details>


# %% jupyter={"source_hidden": true} tags=["solution", "hide-input"]
def error_numbers(predicted, true):
    difference = predicted - true
    return np.abs(difference).mean(), np.sqrt((difference**2).mean()), np.abs(difference).max()


check_solution("4.1", error_numbers)

# %% [markdown]
# ### Exercise 4.2: Places and rows
#
# **8 minutes** · spot the mistake
#
# The data sets rMD17 come with fixed lists of rows: which to train on, and which to test on. A [published code](https://github.com/sarpaykent/GotenNet/issues/10) drew its validation part from the first list as follows, in short:
#
# ```python
# training, validation = split(len(chosen), ...)   # chosen: the rows that may be used
# training_set, test_set = data[training], data[test]
# ```
#
# Six structures of the test set were trained on. Why? Write it so that this cannot happen: draw `share` of the rows in `chosen` for validation, and give the others to training.


# %% tags=["exercise"]
def two_parts(chosen, share, seed):
    """Training and validation rows of the data set.

    chosen: array (n,) of int, rows of the data set; share: of the validation part; seed: int.
    Returns two arrays of int.
    """
    return ..., ...


check("4.2", two_parts)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `len(chosen)` knows only how many rows there are. `np.random.default_rng(seed).permutation(...)` takes an array, too; or use `split`, as lesson 3 does in its first section, and look at what it makes of the result.
#
# </details>


# %% jupyter={"source_hidden": true} tags=["solution", "hide-input"]
def two_parts(chosen, share, seed):
    shuffled = np.random.default_rng(seed).permutation(chosen)
    n_validation = round(share * len(chosen))
    return shuffled[n_validation:], shuffled[:n_validation]


check_solution("4.2", two_parts)

# %% [markdown]
# ## 2. Where are the errors?
#
# A **parity plot** draws prediction against truth: a perfect model puts every point on the diagonal. Papers on force fields rarely lack one.

# %% jupyter={"source_hidden": true} tags=["hide-input"]
figure, axes = plt.subplots(1, 2, figsize=(7.5, 3.8))
panels = ((true_energies, energies, "energy (eV)"), (true_forces, forces, "force on atom 0, x (eV/Å)"))
for axis, (true, predicted, name) in zip(axes, panels, strict=True):
    ends = [true.min(), true.max()]
    axis.plot(ends, ends, zorder=0, **LINES["truth"] | {"linewidth": 1})
    axis.plot(
        true[unseen_rows], predicted[unseen_rows], label="unseen", **POINTS["model"] | {"alpha": 0.6}
    )
    axis.plot(
        true[labelled_rows],
        predicted[labelled_rows],
        label="labels",
        **POINTS["training"] | {"markersize": 3},
    )
    axis.set_xlabel(f"true {name}")
    axis.set_ylabel(f"predicted {name}")
axes[0].legend()
show(figure, "Parity plots of energies and forces: all points on the diagonal, crowded near one end.")

# %% [markdown]
# It looks perfect, and it would look perfect with errors a thousand times larger. The axis spans the steep wall of the potential, so the interesting part, the well of
# depth 1 eV, is crowded into one corner:

# %%
for name, true, unit in (("energies", true_energies, "eV"), ("forces", true_forces, "eV/Å")):
    span = true.max() - true.min()
    hidden = 1e3 * span / 60
    print(f"{name}: axis of {span:.1f} {unit}; a dot of 1/60 of it hides {hidden:.0f} m{unit}")

# %% [markdown]
# A parity plot is good for finding gross errors, and for nothing else. What we want to see is the difference itself, the **residual**, against what we vary: the distance.
# The residuals of this model differ so much in size that we draw their absolute values on a logarithmic axis.

# %% jupyter={"source_hidden": true} tags=["hide-input"]
figure, axes = plt.subplots(2, 1, figsize=(7, 5.4), sharex=True)
panels = ((energy_residuals, "energy (meV)"), (force_residuals, "force (meV/Å)"))
for axis, (residuals, name) in zip(axes, panels, strict=True):
    for rows, label, role in ((unseen_rows, "unseen", "model"), (labelled_rows, "labels", "training")):
        axis.plot(
            distances[rows], np.abs(residuals[rows]), label=label, **POINTS[role] | {"markersize": 4}
        )
    axis.set(yscale="log", ylabel=f"|model − truth|,\n{name}")
axes[1].legend(loc="upper right")
axes[1].set_xlabel("distance r (Å)")
alt = (
    "Absolute residuals against distance on a log axis: largest below 2.6 Å, far smaller to the right."
)
show(figure, alt)

# %% [markdown]
# Now the errors have a shape. They are largest in the gap between the first two labels and fall by powers of ten within half an ångström. On the left the labels (circles) are hit far more closely than the points between them.
# On the right both are equally small, and a wave is left: between the places where the model is right it passes too high and too low.

# %%
worst = unseen_rows[np.abs(force_residuals[unseen_rows]).argmax()]
first, second = distances[labelled_rows[:2]]
print(f"first two labels: {first:.3f}, {second:.3f} Å; largest force error: {distances[worst]:.3f} Å")
assert first < distances[worst] < second

# %%
in_gap = unseen_rows[distances[unseen_rows] < second]
share = np.abs(force_residuals[in_gap]).sum() / np.abs(force_residuals[unseen_rows]).sum()
report("share of the whole force error in the first of 29 gaps", share, at_least=0.6, at_most=1)

# %%
strongest = true_forces.max()
print(f"true force at 2.5 Å: {true_forces[0]:.0f} eV/Å; strongest attraction: {strongest:.2f} eV/Å")
per_mille = abs(force_residuals[worst] / true_forces[worst])  # meV/Å over eV/Å
report("largest force error, in per mille of the force there", per_mille, at_most=0.05)

# %% [markdown]
# The largest error lies *between* two labels, not beyond the first. Two things meet there: the potential is steepest and bends most, and the labels are no denser than elsewhere. The next gap has neighbours on both
# sides that help; this one has none on its left.
#
# Beside the force at that place the error is small. Whether it matters depends on the use. Atoms at room temperature never come that close, so for them the errors in the
# well count; for a collision the wall counts. **An error has a place, and the use decides which place matters.**

# %% [markdown]
# ### Exercise 4.3: The error where atoms go
#
# **10 minutes**
#
# So weight each error with how often an atom is there. In a heat bath of temperature $T$ a state of energy $E$ is met with a probability proportional to $e^{-E/k_\mathrm{B}T}$ (**Boltzmann's** factor; $k_\mathrm{B}$ is `kB` below, in eV/K). Take the distances as states, all on one line, and write the mean absolute error with these weights. The energies may have any zero.

# %% tags=["exercise"]
from ase.units import kB


def thermal_error(energies, errors, temperature):
    """Mean of the sizes of the errors, weighted with Boltzmann's factors; the weights add up to 1.

    energies (n,), eV; errors (n,), any unit and sign; temperature, K. Returns one number.
    """
    return ...


check("4.3", thermal_error, data, model)

# %% [markdown]
# <details><summary>Hint</summary>
#
# What is $e^{-E/k_\mathrm{B}T}$ for an energy of −5000 eV at 300 K? Subtract the lowest energy from all: the weights keep their ratios.
#
# </details>


# %% jupyter={"source_hidden": true} tags=["solution", "hide-input"]
def thermal_error(energies, errors, temperature):
    factors = np.exp(-(energies - energies.min()) / (kB * temperature))
    return np.sum(factors * np.abs(errors)) / factors.sum()


check_solution("4.3", thermal_error, data, model)

# %% [markdown]
# ## 3. One seed proves nothing
#
# The initial weights of the network were drawn at random with seed 0. Another seed gives another model from the same labels. We train 16 of them with the settings of
# lesson 3; the cell prints how long that takes.

# %%
import time

from forcefield.training import train

# %%
start = time.process_time()  # the processor's time: other programs do not count
seeds = range(16)
models = [train(data[labelled_rows], seed=seed, **DIMER_FIT)[0] for seed in seeds]
print(f"time: {time.process_time() - start:.1f} s (this machine)")


# %%
def unseen_errors(energies, forces):
    """Mean absolute errors on the unseen points, meV and meV/Å."""
    return (
        1e3 * mean_absolute_error(energies[unseen_rows], true_energies[unseen_rows]),
        1e3 * mean_absolute_error(forces[unseen_rows], true_forces[unseen_rows]),
    )


# %%
seed_errors = np.array([unseen_errors(*predict(member)) for member in models])  # (16, 2): meV, meV/Å
medians, worsts = np.median(seed_errors, axis=0), seed_errors.max(axis=0)
print("array of errors:", seed_errors.shape)

# %% jupyter={"source_hidden": true} tags=["hide-input"]
figure, axes = plt.subplots(1, 2, figsize=(7.5, 3.2))
units = ("energy (meV)", "force (meV/Å)")
for axis, values, median, unit in zip(axes, seed_errors.T, medians, units, strict=True):
    axis.plot(seeds, values, **POINTS["model"])
    axis.axhline(median, color=COLOURS["truth"], linestyle="--", linewidth=1.2)
    axis.annotate("median", (20, median), ha="right", va="bottom")
    axis.set(xlim=(-1, 20), xticks=range(0, 16, 5), ylim=(0, 1.15 * values.max()))
    axis.set_xlabel("seed")
    axis.set_ylabel(f"mean absolute error,\n{unit}")
show(
    figure, "Errors of energy and force for 16 seeds: the dots scatter widely about the dashed median."
)

# %%
report("median energy error", medians[0], "meV", at_most=0.001)
report("median force error", medians[1], "meV/Å", at_most=0.05)
report("energy, worst seed divided by median", worsts[0] / medians[0], at_least=1.1, at_most=4)
report("force, worst seed divided by median", worsts[1] / medians[1], at_least=1.1, at_most=4)
report("energy, worst seed divided by best seed", worsts[0] / seed_errors[:, 0].min(), at_least=1.5)

# %% [markdown]
# Same labels, same code, same settings, and the worst seed is clearly worse than the best. Had we compared two *settings* with one seed each, the difference could have been
# nothing but luck. So state the median and the spread over seeds. The model on disk has seed 0; it is one dot in this figure, and no promise for the others.
#
# The spread of single seeds is not the uncertainty of their median. With more seeds the spread stays what it is, while the median becomes more and more certain. How certain? Draw 16 of the 16 errors at random, some
# of them twice and some not at all, and take the median; repeat it 2000 times. The standard deviation of those medians is the **standard error of the median** (this way to find it is called the *bootstrap*; [Efron, 1979](https://doi.org/10.1214/aos/1176344552)).

# %%
drawn = np.random.default_rng(0).choice(seed_errors[:, 1], size=(2000, 16))  # meV/Å, with repetition
standard_error = np.median(drawn, axis=1).std()

# %%
ratio = seed_errors[:, 1].std() / medians[1]
report("force, standard deviation over seeds / median", ratio, at_least=0.1, at_most=1)
ratio = standard_error / medians[1]
report("force, standard error of the median / median", ratio, at_least=0.04, at_most=0.4)

# %% [markdown]
# Two settings differ if their medians differ by clearly more than these standard errors, say by three of them. A difference smaller than the spread of single seeds *can* be a result, if there are enough seeds. Where both settings are run
# with the same seeds, compare them seed by seed: how often does the first one win?

# %% [markdown]
# ## 4. Good compared with what?
#
# An error of some ten-thousandths of a meV sounds small. To judge it, we let others learn from **the same 30 distances** and test them on **the same 170**.
#
# | method | what it does | labels used |
# |---|---|---|
# | mean | always predicts the mean energy of the labels; the derivative of a constant is zero, so its forces are zero | energies |
# | cubic Hermite | interpolates in $r$ itself: between two labels a cubic through both energies with both slopes; it is told that only $r$ matters | both |
# | kernel ridge | one smooth function at each label, added up (below) | energies, or both |
# | network | section 3, 16 seeds | both |
# | polynomial | one polynomial in $r$, fitted to all energies and slopes | both |
#
# A **kernel** is a function of two descriptors that says how similar they are. Ours is a Gaussian, $k(\mathbf D,\mathbf D')=\exp(-\gamma\lvert\mathbf x-\mathbf x'\rvert^2)$, with $\mathbf x$ the [standardised](01_principle.ipynb#Terminology) [descriptor](01_principle.ipynb#Terminology). **Kernel ridge regression**
# predicts $\hat E(\mathbf D)=\bar E+\sum_i a_i\,k(\mathbf D,\mathbf D_i)$, one term for each label $i$. Its weights $a_i$ solve one linear system, $(\mathbf K+\alpha\mathbf I)\,\mathbf a=\mathbf y$, with $K_{ij}=k(\mathbf D_i,\mathbf D_j)$ and $\mathbf y$ the labels. With force labels, derivatives of
# the kernel become further rows and columns. It has two settings: the width of the Gaussian ($\gamma$) and the regularisation ($\alpha$), which keeps it from following every label exactly.
#
# **What do you expect?** Which of them is the most accurate between its labels?
#
# - **A** The Hermite spline: it goes through all energies and slopes, and knows that only $r$ matters.
# - **B** Kernel ridge on both: it solves one linear system, with no seed and no iterations.
# - **C** The network, the most flexible of them.
# - **D** The polynomial, the oldest of them.
#
# Every setting has to be chosen *inside the 30 labels*. For both kernel methods: try each pair of values by five-fold **cross-validation**, which is: leave out a fifth of the labels (never the first and the last), fit the rest,
# compare the energies left out, five times. The degree of the polynomial is chosen alike. The network's settings are those of lesson 3.

# %%
from forcefield.baselines import KernelRidgeBaseline, hermite_baseline, polynomial_baseline

labels = data[labelled_rows]
known = distances[labelled_rows], labels.energies, labels.forces[:, 0, 0]
on_energies, on_both = KernelRidgeBaseline(labels), KernelRidgeBaseline(labels, forces=True)
*polynomial, degree = polynomial_baseline(*known, distances)

# %%
others = {
    "mean of the labels": (np.full(200, labels.energies.mean()), np.zeros(200)),
    "cubic Hermite in r": hermite_baseline(*known, distances),
    "kernel ridge, energies": predict(on_energies),
    "kernel ridge, both": predict(on_both),
    "polynomial in r": polynomial,
}
other_errors = {name: unseen_errors(*predicted) for name, predicted in others.items()}

# %% jupyter={"source_hidden": true} tags=["hide-input"]
merit = ["mean of the labels", "cubic Hermite in r", "kernel ridge, energies"]
merit += ["network, 16 seeds", "kernel ridge, both", "polynomial in r"]
figure, axes = plt.subplots(1, 2, figsize=(7.5, 3.6), sharey=True)
for column, (axis, unit) in enumerate(zip(axes, units, strict=True)):
    for height, name in enumerate(reversed(merit)):
        values = [other_errors[name][column]] if name in other_errors else seed_errors[:, column]
        role = "baseline" if name in other_errors else "model"
        axis.plot(values, [height] * len(values), **POINTS[role] | {"alpha": 0.35})
        middle = np.median(values)
        axis.plot(middle, height, **POINTS[role] | {"markersize": 8})
        text = f"{middle:.0f}" if middle > 1 else f"{middle:.2g}" if middle > 1e-3 else f"{middle:.0e}"
        axis.annotate(text, (middle, height + 0.2), ha="center", va="bottom", fontsize=9)
    axis.set(xscale="log", xlabel=f"mean absolute error,\n{unit}", ylim=(-0.5, 5.8), xmargin=0.15)
axes[0].set_yticks(range(6), reversed(merit))
alt = "Errors of six methods on log axes, from the mean of the labels, the worst, to the polynomial, the best."
show(figure, alt)

# %%
bounds = {
    "cubic Hermite in r": ((0.03, 0.3), (1, 10)),
    "kernel ridge, energies": ((0.002, 0.06), (0.05, 1.4)),
    "kernel ridge, both": ((6e-5, 0.0016), (0.0008, 0.019)),
    "polynomial in r": ((None, 2e-10), (None, 2e-9)),
}

# %%
for name, (of_energy, of_force) in bounds.items():
    energy_error, force_error = other_errors[name]
    report(f"{name}, energy error", energy_error, "meV", at_least=of_energy[0], at_most=of_energy[1])
    report(f"{name}, force error", force_error, "meV/Å", at_least=of_force[0], at_most=of_force[1])

# %% [markdown]
# **Answer: D.** From one line to the next in this order both errors fall by a factor of several or more, with one exception: **the network and kernel ridge on both are neighbours**. Not A: between two labels the spline knows those two alone. Not B or C: both have to find from six features what the polynomial is told, that everything depends on $r$.
#
# We stopped the network after 200 iterations, with 32 units. Is their order one of these two numbers?

# %%
best_kernel = np.array(other_errors["kernel ridge, both"])  # meV, meV/Å
for units, bounds in ((32, ((0.1, 2.4), (0.4, 9))), (4, ((0.011, 0.37), (0.05, 1.2)))):
    settings = DIMER_FIT | {"iterations": 1000, "hidden_units": (units,)}
    longer = [train(data[labelled_rows], seed=seed, **settings)[0] for seed in range(4)]
    ratios = np.median([unseen_errors(*predict(one)) for one in longer], axis=0) / best_kernel
    for name, ratio, (low, high) in zip(("energy", "force"), ratios, bounds, strict=True):
        words = f"{units} units, 1000 iterations / kernel ridge on both, {name}"
        report(words, ratio, at_least=low, at_most=high)

# %%
hermite, kernel_on_energies = (
    np.array(other_errors[name]) for name in ("cubic Hermite in r", "kernel ridge, energies")
)
for column, name in ((0, "energy"), (1, "force")):
    ratio = medians[column] / best_kernel[column]
    words = f"network's median / kernel ridge on both, {name}"
    report(words, ratio, at_least=0.2, at_most=(6, 15)[column])

# %%
comparisons = {
    "kernel ridge on energies / on both": (kernel_on_energies / best_kernel, 12),
    "kernel ridge on energies / worst network": (kernel_on_energies / worsts, 4),
    "Hermite / kernel ridge on energies": (hermite / kernel_on_energies, 3),
}
for words, (ratios, bound) in comparisons.items():
    report(f"{words}, energy", ratios[0], at_least=bound)
    report(f"{words}, force", ratios[1], at_least=bound)

# %% [markdown]
# It is. With five times the iterations the network is level in energy or ahead, and with 4 units it is ahead in both. Who leads these two depends on how long and how wide one fits. What the order teaches:
#
# - **The polynomial shows what the labels carry.** From 30 energies and 30 slopes of one smooth curve without noise, nearly every digit of a computer's numbers can be had. So neither the network nor the kernels are limited by their
#   labels. But it knows something that the others do not: that everything depends on one number $r$. For many atoms there is no such single number.
# - **Forces count.** The same kernel gains a factor of ten or more from them. As many further *energies* bring it less (next cell). Lesson 5 asks whether that is a rule; with few labels it is not.
# - **The Hermite spline uses two labels at a time.** The others use all of them at once.
# - **An order of merit holds for one problem.** One smooth curve without noise suits smooth kernels and high polynomials. In section 6 the same methods will have to leave their labels, and the order will be another.

# %%
sixty, _ = equally_spaced(len(data), 60)
neither = np.setdiff1d(unseen_rows, sixty)  # points that both kernels have not seen
on_sixty = KernelRidgeBaseline(data[sixty])
left = [np.abs(predict(kernel)[1] - true_forces)[neither].mean() for kernel in (on_sixty, on_both)]
report("kernel ridge on 60 energies / on 30 of both, force", left[0] / left[1], at_least=2.5)

# %% [markdown]
# ### What does the kernel's choice look like? (optional)
#
# *For those who use kernel methods, or want to know why theirs does not reach the polynomial. Others go on with section 5.*
#
# Here is the cross-validated error of every pair of settings that was tried.

# %% jupyter={"source_hidden": true} tags=["hide-input"]
from forcefield.baselines import ALPHAS, GAMMAS

figure, axes = plt.subplots(1, 2, figsize=(7.5, 3.5), sharey=True)
for axis, kernel, title in (
    (axes[0], on_energies, "energies alone"),
    (axes[1], on_both, "energies and forces"),
):
    image = axis.pcolormesh(
        ALPHAS, GAMMAS, np.log10(1e3 * kernel.errors), vmin=-3, vmax=2, shading="nearest"
    )
    axis.plot(kernel.alpha, kernel.gamma, "o", color="white", markeredgecolor="black", markersize=9)
    axis.set(xscale="log", yscale="log", xlabel=r"regularisation $\alpha$", title=title)
    axis.set_xticks([1e-15, 1e-11, 1e-7])
    axis.grid(visible=False)
axes[0].set_ylabel(r"width setting $\gamma$")
figure.colorbar(image, ax=axes[1], label="log10 of the error (meV)")
alt = (
    "Two maps of the cross-validated error over alpha and gamma. "
    "Both are lowest at small alpha and middling gamma, where a circle marks the choice."
)
show(figure, alt)

# %%
kernels = {"energies": on_energies, "both": on_both}
for name, low, high in (("energies", 3, 60), ("both", 1.5, 40)):
    kernel = kernels[name]
    assert GAMMAS[0] < kernel.gamma < GAMMAS[-1]
    assert ALPHAS[0] < kernel.alpha < ALPHAS[-1]
    width = 1 / np.sqrt(2 * kernel.gamma)  # of the Gaussian, in standard deviations of the features
    report(f"{name}: width of a Gaussian, in deviations", width, at_least=low, at_most=high)

# %%
for name, low, high in (("energies", 5e-5, 1.4e-3), ("both", 2e-5, 6e-4)):
    kernel = kernels[name]
    digits = np.log10(kernel.condition)
    report(f"{name}: powers of ten of the condition number", digits, at_least=12, at_most=18)
    rounding = 1e3 * kernel.factor * np.abs(kernel.weights).max() * np.finfo(float).eps
    report(f"{name}: rounding of the largest term", rounding, "meV", at_least=low, at_most=high)

# %% [markdown]
# In $\gamma$ the circles lie inside the grid. In $\alpha$ the errors fall to the left edge, but below about $10^{-15}$ by so little that the map is flat; of all values within 10 % of the lowest our code takes the largest $\alpha$. So little is left to be found outside. (With a grid that ends at $\alpha=10^{-12}$ the best value stands at its edge, and kernel ridge looks worse than it is: the map shows it. **Look whether your choice stands at the edge of what you tried.**)
# On the left the labels without noise would like to be followed even more closely, and the computer cannot: it carries 16 digits.
#
# The **condition number** of a matrix is its largest eigenvalue divided by the smallest. Solving a linear system loses about as many digits as it has powers of ten. Here it has about 16, all that there are: the Gaussians are so wide
# that all columns of $\mathbf K$ look alike. Eigenvalues below the rounding error of the largest are not known at all; our code leaves them out. And the weights $a_i$ become large, with both signs, so that the terms of the sum nearly cancel. The rounding error of the largest term, the last number above,
# is an error that no label can lower. So "kernel ridge solves one linear system" does not mean that it solves it exactly, and an error as small as the polynomial's is out of its reach.

# %% [markdown]
# ### Why then do people train networks? (optional)
#
# *A count of memory; lesson 6 meets it again.*
#
# Because of what happens when there are many labels. Plain kernel ridge stores a matrix with one row and one column for every label that it uses: memory grows as
# $n^2$ and the solution as $n^3$ ([Rasmussen and Williams, 2006, chapter 8](https://doi.org/10.7551/mitpress/3206.001.0001)). Let us count for small clusters of 13 atoms, each with
# 1 energy and 39 force components:

# %%
for n_structures in (30, 200, 2000, 20000):
    on_energies_alone = 8 * n_structures**2 / 1e9
    on_all_labels = 8 * (n_structures * (1 + 3 * 13)) ** 2 / 1e9
    sizes = f"energies {on_energies_alone:8.5f} GB, both {on_all_labels:9.3f} GB"
    print(f"{n_structures:6d} clusters: {sizes}")

# %% [markdown]
# With energies alone there is no problem, but we have just seen what forces are worth. A network keeps the size that you gave it, whatever the number of labels. And there is a middle way: kernel methods that keep a small set of reference points
# ([Deringer et al., 2021](https://doi.org/10.1021/acs.chemrev.1c00022)). [Lesson 6](06_many_atoms.ipynb) lets one compete with a network on clusters of 13 atoms.

# %% [markdown]
# ## 5. Is the force the derivative of the energy?
#
# So far we compared with the truth. This check needs none: whatever energy a force field gives, its force must be $-\partial\hat E/\partial\mathbf R$ *of that energy*. If not,
# energy is not conserved in a simulation. We compare with central differences, for pairs on the axis and for one that lies anywhere. (`MIDPOINT` is the one centre of the descriptor, the fixed point (0, 0, 0).)

# %%
import ase

from forcefield.descriptors import MIDPOINT, describe, make_soap
from forcefield.finite_differences import numerical_forces
from forcefield.systems import dimers

soap = make_soap()


# %%
def apply(any_model, positions, centers=(MIDPOINT,), attach=False):
    """Energy (eV) and forces (n_atoms, 3) (eV/Å) of one pair of atoms anywhere in space."""
    described = describe(soap, [ase.Atoms("HH", positions)], centers, attach)
    energies, forces = any_model.predict(*described)
    return energies[0], forces[0]


# %%
skewed = np.array([[-1.4, 0.3, -0.2], [1.5, -0.1, 0.4]])  # Å
near, far = dimers([2.6, 4.5])
tried = {"r = 2.6 Å": near.positions, "r = 4.5 Å": far.positions, "skewed": skewed}

# %%
for name, positions in tried.items():
    analytic = apply(model, positions)[1]
    numerical = numerical_forces(lambda moved: apply(model, moved)[0], positions, step=1e-5)
    difference = np.abs(analytic - numerical).max()
    print(f"{name}: forces agree with finite differences to 1e-5 eV/Å: {difference < 1e-5}")
    assert difference < 1e-5

# %% [markdown]
# The forces are right: they are the derivative of the model's energy. Remember this in the next section. What goes wrong there is not a bug in a gradient. It is the energy.

# %% [markdown]
# ## 6. What breaks
#
# ### Outside the data
#
# The labels go from 2.5 to 5.0 Å. Nothing stops us from asking the model for 2.0 or 8.0 Å, and in a simulation nobody asks you. We ask 8 networks, the other methods, and the potential that made the labels.
#
# **What do you expect?** Between the labels the networks are right to some ten-thousandths of a meV on average. At 2.1 Å, 0.4 Å beyond the first label, they are wrong by
#
# - **A** about 1 meV: they are so accurate that it takes more to throw them off.
# - **B** about 1 eV.
# - **C** more than half of the energy, all of them alike.
# - **D** anything, each network something else: nothing holds them there.

# %%
from forcefield.systems import label, lennard_jones_calculator

asked = np.linspace(2.0, 8.0, 601)  # Å
asked_dimers = dimers(asked)
_, asked_energies, asked_labels = label(asked_dimers, lennard_jones_calculator())
asked_forces = asked_labels[:, 0, 0]  # eV/Å, x on atom 0

# %%
described = describe(soap, asked_dimers, [MIDPOINT])
predictions = [member.predict(*described) for member in [*models[:8], on_energies, on_both]]
reached_energies = np.array([energies for energies, _ in predictions])  # (10, 601), eV
reached_forces = np.array([forces[:, 0, 0] for _, forces in predictions])  # (10, 601), eV/Å


# %% jupyter={"source_hidden": true} tags=["hide-input"]
def draw_outside(energies, forces, n_networks):
    """Energy and force at the wall (left) and far out (right); rows after the networks are kernels."""
    figure, axes = plt.subplots(2, 2, figsize=(7.5, 5.6), sharex="col")
    for row, true, predicted in ((0, asked_energies, energies), (1, asked_forces, forces)):
        for axis in axes[row]:
            axis.plot(asked, true, **LINES["truth"])
            axis.plot(asked, predicted[:n_networks].T, **LINES["model"] | {"linewidth": 1})
            axis.plot(asked, predicted[n_networks:].T, **LINES["baseline"])
            axis.axvspan(2.5, 5.0, **TRAINING_RANGE)
    axes[0, 0].set(xlim=(2.0, 2.7), ylim=(-5, 170), ylabel="energy (eV)")
    axes[1, 0].set(ylim=(-900, 50), ylabel="force on atom 0, x (eV/Å)", xlabel="distance r (Å)")
    axes[0, 1].set(xlim=(4.6, 8.0), ylim=(-0.2, 0.05))
    axes[1, 1].set(ylim=(-0.05, 0.2), xlabel="distance r (Å)")
    axes[0, 0].annotate("labels", (2.53, 120), color=COLOURS["training"])
    axes[0, 1].annotate("labels", (4.65, 0.03), color=COLOURS["training"])
    return figure, axes


# %% jupyter={"source_hidden": true} tags=["hide-input"]
figure, axes = draw_outside(reached_energies, reached_forces, 8)
axes[0, 0].annotate("truth and\nkernel ridge", (2.19, 110))
axes[0, 0].annotate("8 networks", (2.02, 20), color=COLOURS["model"])
axes[0, 1].annotate("kernel ridge", (6.6, -0.13), color=COLOURS["baseline"])
alt = (
    "All models follow the truth where there are labels, shaded. Below 2.5 Å the networks level off far below"
    " the rising truth; kernel ridge stays close down to about 2.1 Å. Above 5 Å all drift away, the kernels furthest."
)
show(figure, alt)


# %%
def at(distance):
    """Position of a distance in `asked`."""
    return int(np.abs(asked - distance).argmin())


# %%
missing = asked_energies - reached_energies  # (10, 601), eV
for distance in (2.1, 2.4, 8.0):
    print(f"{distance} Å, true energy: {asked_energies[at(distance)]:.3f} eV")

# %%
at_wall = missing[:, at(2.1)]  # (10,), eV
report("2.1 Å, energy missing, best of 8 networks", at_wall[:8].min(), "eV", at_least=83, at_most=165)
report("2.4 Å, energy missing, best of 8 networks", missing[:8, at(2.4)].min(), "eV", at_least=0.04)
report("2.1 Å, energy missing, worse kernel", np.abs(at_wall[8:]).max(), "eV", at_least=3, at_most=80)

# %%
repulsion = reached_forces[:8, at(2.1)].min() / asked_forces[at(2.1)]
report("2.1 Å, strongest repulsion of 8 networks divided by the true one", repulsion, at_most=0.2)
attracting = (reached_forces[:8, at(2.0)] > 0).sum()
report("2.0 Å, networks of 8 whose atoms attract each other", attracting, at_least=5)
report("3.7 Å, spread of 8 networks", np.ptp(reached_energies[:8, at(3.7)]), "eV", at_most=1.5e-7)
report("8 Å, spread of 8 networks", np.ptp(reached_energies[:8, at(8.0)]), "eV", at_least=0.008)

# %%
far_out = np.abs(missing[:, at(8.0)])  # (10,), eV
ratio = far_out[8:].max() / far_out[:8].max()
report("8 Å, error of the worse kernel / worst network", ratio, at_least=1)

# %% [markdown]
# **Answer: C.** Left: the true wall keeps rising, the networks level off. Their repulsion fades where it should grow, and at 2.0 Å it has turned into attraction for most of them: two atoms that once come too close may stay
# there. At 2.1 Å most of the energy is missing, from models whose mean error between the labels is some ten-thousandths of a meV. Right: beyond 5 Å the curve is gentle and the networks stay close for an ångström or so. At 8 Å, where the true energy is a few meV,
# they disagree by more than that. No side gives a warning: the code returns a number as before. (Not A or B: accuracy between labels is no credit outside of them. Not D: they share labels, descriptor and smoothness, and fail alike.)
#
# **The order of merit has changed**, on both sides in another way. At the wall kernel ridge is closer than every network, down to about 2.1 Å, where one of its forces turns round (lower left). At 8 Å the worst model is a kernel. Neither is a property of the method. And the polynomial, by far the best between the labels?

# %%
for distance in (2.4, 5.5, 6.0, 8.0):
    energies_there, _, _ = polynomial_baseline(*known, [distance])
    difference = abs(energies_there[0] - asked_energies[at(distance)])
    size = [bound for bound in (0, 1, 1e6) if difference >= bound][-1]  # eV
    words = "less than 1 eV" if size == 0 else f"more than {size:g} eV"
    print(f"polynomial at {distance} Å: off by {words}")

# %% [markdown]
# Close to its labels it is good even outside; at 6 Å it is worthless, and at 8 Å absurd. **How good a model is between its labels says nothing about how good it is outside of them.**
#
# The spread of the seeds is a hint that one has left the data. But look at 2.4 Å: **all** networks are too low, so the truth lies outside the whole spread, and at 2.1 Å the spread is many times narrower than the distance to the truth.

# %%
spread = np.ptp(reached_energies[:8, at(2.1)])
ratio = np.median(missing[:8, at(2.1)]) / spread
report("2.1 Å, energy missing in the median network / spread of 8", ratio, at_least=3)

# %% [markdown]
# Agreement is no proof. [Lesson 8](08_uncertainty.ipynb) asks what a committee (several models of the same labels) can tell.

# %% [markdown]
# ### Known physics under the learned part
#
# More labels below 2.5 Å would help, down to wherever they end. But something is known there without any label: two atoms repel each other, more and more strongly. So give the model that part, and let it learn only the rest:
#
# $$\hat E = E_\text{repulsion}(r) + \hat E_\text{learned}.$$
#
# Subtract the repulsion from the labels, fit what is left, add it again.
#
# Which repulsion? For real atoms that come very close there is the potential of **Ziegler, Biersack and Littmark** (ZBL, [1985](https://doi.org/10.1007/978-1-4615-8103-1_3)): the two nuclei, screened by their electrons. Our pair is called H but is made up: its $\sigma$ of 2.9 Å is that of much larger atoms. What does ZBL say for two atoms of hydrogen?

# %%
from forcefield.repulsion import born_mayer, tangent_born_mayer, zbl

for distance in (2.1, 2.3):
    soft, true = zbl([distance], 1, 1)[0][0], asked_energies[at(distance)]
    print(f"ZBL for hydrogen at {distance} Å: {soft:.2f} eV; true: {true:.1f} eV")

# %% [markdown]
# About a thousand times too soft: it would change nothing. Without physics for this pair we take the simplest repulsion there is, an exponential (**Born and Mayer**, [1932](https://doi.org/10.1007/BF01340511)), $A\,e^{-r/\ell}$, and choose its two numbers so that it has energy and force of the *shortest label*.
# Nothing below 2.5 Å is used.

# %%
strength, length = tangent_born_mayer(known[0][0], known[1][0], -known[2][0])  # force -dE/dr, eV/Å
print(f"length: {length:.3f} Å")


# %%
def repulsion_of(distances):
    """Energies (n,) in eV and forces (n, 2, 3) in eV/Å of the exponential, for pairs on the x axis."""
    energies, push = born_mayer(distances, strength, length)
    forces = np.zeros((len(distances), 2, 3))
    forces[:, 0, 0], forces[:, 1, 0] = -push, push
    return energies, forces


# %%
from forcefield.dataset import Dataset

repulsion_energies, repulsion_forces = repulsion_of(distances)
left_over = data.energies - repulsion_energies, data.forces - repulsion_forces
rest = Dataset(data.positions, *left_over, data.descriptors, data.derivatives)

# %%
corrected = [train(rest[labelled_rows], seed=seed, **DIMER_FIT)[0] for seed in range(8)]

# %%
below_energies, below_forces = repulsion_of(asked)
predictions = [member.predict(*described) for member in corrected]
wall_energies = np.array([energies for energies, _ in predictions]) + below_energies  # (8, 601), eV
wall_forces = np.array([forces[:, 0, 0] for _, forces in predictions]) + below_forces[:, 0, 0]  # eV/Å

# %% jupyter={"source_hidden": true} tags=["hide-input"]
figure, axes = draw_outside(wall_energies, wall_forces, 8)
axes[0, 0].annotate("truth", (2.03, 100))
axes[0, 0].annotate("8 networks on\nthe repulsion", (2.19, 120), color=COLOURS["model"])
alt = (
    "With the repulsion under them, the eight networks rise with the true wall. Above 5 Å they run closer together"
    " than before, and at 8 Å all are a little too low."
)
show(figure, alt)

# %%
wrong = np.abs(wall_energies - asked_energies)
words = "2.1 Å, energy error with the repulsion, worst of 8"
report(words, wrong[:, at(2.1)].max(), "eV", at_least=5, at_most=45)
ratio = np.median(np.abs(missing[:8, at(2.1)])) / np.median(wrong[:, at(2.1)])
report("2.1 Å, median error without / with the repulsion", ratio, at_least=3, at_most=20)

# %%
wall = asked < 2.5
print("repulsive everywhere below 2.5 Å, all 8:", bool((wall_forces[:, wall] < 0).all()))
assert (wall_forces[:, wall] < 0).all()

# %%
fitted = [member.predict(data.descriptors, data.derivatives) for member in corrected]
sums = [(a + repulsion_energies, b[:, 0, 0] + repulsion_forces[:, 0, 0]) for a, b in fitted]
between = [unseen_errors(*one) for one in sums]
ratio = np.median(between, axis=0)[1] / medians[1]
report("unseen points, median force error with / without", ratio, at_least=0.2, at_most=5)

# %% [markdown]
# The wall is a wall again: several times closer to the truth at 2.1 Å, and repulsive everywhere. It is not *right*: the exponential is not the true potential, and nothing at 2.1 Å tells the model so. Between the labels it makes no difference beyond the spread of the seeds. That is what a known part under a learned one can do: it does not make the model accurate where it has no labels, it makes it fail in
# the safe direction: the atoms are pushed apart. Published force fields often have one. The calculator of [lesson 7](07_dynamics.ipynb) adds one to a model: its argument is called `baseline`, which there means the known part and not a rival.

# %% [markdown]
# ### Exercise 4.4: A wall from what is known
#
# **16 minutes** · open-ended
#
# The exponential is off by more than 5 eV at 2.1 Å. Can you do better with the shortest label alone, its energy $E$ and its slope $\mathrm dE/\mathrm dr$? Write a repulsion of your own. The check puts it under a network (seed 0), and asks for an energy right to 5 eV everywhere from 2.1 to 2.5 Å, and a force error of at most 1 meV/Å on the unseen points. It says what your wall still lacks. What do you know about two atoms that is not in the 30 labels?

# %% tags=["exercise"]
shortest, energy_there, slope_there = known[0][0], known[1][0], known[2][0]  # Å, eV, eV/Å


def repulsion(distances):
    """Energy of the part that goes under the model, (n,) in eV, for distances (n,) in Å."""
    return ...


check("4.4", repulsion, data)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Two numbers fix two unknowns of any formula. A power $A\,r^{-n}$ with $n$ from the slope is too hard: try it. Far apart, two neutral atoms attract each other as $r^{-6}$. So what about $A\,r^{-12}-B\,r^{-6}$? Energy and slope at one distance are two linear equations for $A$ and $B$.
#
# </details>

# %% jupyter={"source_hidden": true} tags=["solution", "hide-input"]
shortest, energy_there, slope_there = known[0][0], known[1][0], known[2][0]  # Å, eV, eV/Å


def repulsion(distances):
    powers = shortest ** np.array([-12.0, -6.0])
    equations = np.array([powers, [-12.0, -6.0] * powers / shortest])  # energy, slope
    strengths = np.linalg.solve(equations, [energy_there, slope_there])
    return strengths[0] * distances**-12.0 + strengths[1] * distances**-6.0


check_solution("4.4", repulsion, data)

# %% [markdown]
# ### The pair moves, the centre stays
#
# Now a distance that the model knows well, $r=3.25$ Å, close to the minimum. We move the **whole pair** along x by up to 0.3 Å. Nothing physical has changed: the energy must stay the same, and
# the two forces must add up to zero, because the pair is alone and its momentum is conserved.
#
# The centre of the descriptor stays at the origin.
#
# **What do you expect?** Section 5 has shown that the forces are the exact derivative of the model's energy. How large is the net force on the pair after a shift of 0.3 Å?
#
# - **A** Zero: the forces have been checked.
# - **B** About as large as the force error on the unseen points.
# - **C** Larger than the strongest attraction between the two atoms.

# %%
shifts = np.linspace(0, 0.3, 31)  # Å
moved = [dimers([3.25], shift=shift)[0] for shift in shifts]
moved_described = describe(soap, moved, [MIDPOINT])

# %%
moved_results = [member.predict(*moved_described) for member in [*models[:8], on_both]]
moved_energies = np.array([energies for energies, _ in moved_results])  # (9, 31), eV
net_forces = np.array([forces.sum(axis=1)[:, 0] for _, forces in moved_results])  # (9, 31), eV/Å, x
_, moved_true_energies, moved_true_forces = label(moved, lennard_jones_calculator())

# %% jupyter={"source_hidden": true} tags=["hide-input"]
figure, axes = plt.subplots(1, 2, figsize=(7.5, 3.5))
truths = (moved_true_energies, moved_true_forces.sum(axis=1)[:, 0])
for axis, values, true in zip(axes, (moved_energies, net_forces), truths, strict=True):
    axis.plot(shifts, true, **LINES["truth"])
    axis.plot(shifts, values[:8].T, **LINES["model"] | {"linewidth": 1})
    axis.plot(shifts, values[8], **LINES["baseline"])
    axis.set_xlabel("shift of the pair along x (Å)")
axes[0].set_ylabel("energy (eV)")
axes[1].set_ylabel("net force on the pair, x (eV/Å)")
for height, name, role in (
    (1, "truth", "truth"),
    (-31, "kernel ridge (dotted)", "baseline"),
    (-36, "8 networks", "model"),
):
    axes[1].annotate(name, (0.005, height), color=COLOURS[role])
axes[1].set_ylim(top=6)
alt = "As the pair is moved, the networks' energy rises and a net force grows; the truth stays level, without force."
show(figure, alt)

# %%
change = np.median(moved_energies[:8, -1] - moved_energies[:8, 0])
report("shift 0.3 Å, energy change, median of 8 networks", change, "eV", at_least=0.6, at_most=10)
smallest = np.abs(net_forces[:8, -1]).min()
report("shift 0.3 Å, smallest net force of 8 networks", smallest, "eV/Å", at_least=5)
report("shift 0.3 Å, net force of kernel ridge", abs(net_forces[8, -1]), "eV/Å", at_least=1)

# %%
print(f"for comparison, the strongest attraction between the two atoms: {true_forces.max():.2f} eV/Å")
print("shift 0, largest net force below 1e-6 eV/Å:", np.abs(net_forces[:, 0]).max() < 1e-6)
assert np.abs(net_forces[:, 0]).max() < 1e-6

# %% [markdown]
# **Answer: C.** An isolated pair of atoms is pulled back to the origin, and harder than its atoms ever attract each other. Not A: the forces are the derivative of an energy that depends on where the pair is. **Momentum is not conserved.** Not B: the errors on 170 honest test points
# told us nothing about it: all 170 have the centre at their midpoint.
#
# Why? In the data the centre always sees two atoms at equal distances. After a shift $s$ it sees one at $r/2-s$ and one at $r/2+s$: six features that no training point ever had. The model is
# outside its data again, at a distance $r$ in the middle of them. Kernel ridge suffers as well: it is the *centre* that is wrong, not the network.

# %% [markdown]
# ### Exercise 4.5: Moved back
#
# **8 minutes**
#
# Here is a remedy that needs no new label and no other model. Write a force field that asks the model about the pair *as if it lay at the right place*. Energy and forces must not change when the pair is moved, must be the model's own where it has its training data, and the forces must belong to the energy.


# %% tags=["exercise"]
def centred(apply_model, positions):
    """Energy (eV) and forces (2, 3) (eV/Å) that do not depend on where the pair is.

    apply_model(positions) returns energy and forces of the model; positions: array (2, 3), Å.
    """
    return ...


check("4.5", centred, model)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `positions.mean(axis=0)` is the midpoint of the pair. If the energy depends on positions minus their mean, what does the chain rule do to forces that already add up to zero?
#
# </details>


# %% jupyter={"source_hidden": true} tags=["solution", "hide-input"]
def centred(apply_model, positions):
    return apply_model(positions - positions.mean(axis=0))


check_solution("4.5", centred, model)

# %% [markdown]
# ### Explore: the model outside its data
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
# - Which of the failures could more labels remedy? Which needs another centre?
#
# <details><summary>What one sees</summary>
#
# - Below 2.5 Å: the energy rises by tens of eV within 0.2 Å, and no label shows how steeply. Above 5 Å the true curve is gentle, so the error grows slowly.
# - The sentence below the picture says it; it depends on the model. One step is enough for some tenths of an eV/Å or more. In truth it is 0: nothing else is there to push the pair.
# - The energy is the same, and the net force has the opposite sign: the mirror image through the centre. SOAP does not change in a mirror.
# - Labels at short and long distances remedy the failures along $r$. A shift changes nothing that a force field should see: a centre that moves with the atoms remedies that without any label.
#
# </details>

# %% [markdown]
# ### The pair turns
#
# Turning the pair about the centre is another matter. SOAP sums over all orientations, so the same distances give the same features. Energies must stay, and forces must turn with the pair.

# %%
pair = dimers([3.25])[0]
energy_before, forces_before = apply(model, pair.positions)

# %%
for angle, turn_axis in ((30, "z"), (90, "y"), (77, (1, 1, 1))):
    turned = pair.copy()
    turned.rotate(angle, turn_axis, center=MIDPOINT)
    energy, forces_turned = apply(model, turned.positions)
    bond = (turned.positions[1] - turned.positions[0]) / 3.25  # unit vector from atom 0 to atom 1
    same_energy = abs(energy - energy_before) < 1e-8
    same_force = np.abs(forces_turned[0] - forces_before[0, 0] * bond).max() < 1e-8
    words = f"same energy: {same_energy}, same force along bond: {same_force}"
    print(f"{angle} degrees about {turn_axis}: {words}")
    assert same_energy
    assert same_force

# %% [markdown]
# So one symmetry is built in, and the other is not. Symmetries that are built in hold everywhere, also outside the data. Symmetries that are not built in have to be learned, and our data had
# nothing to learn them from.

# %% [markdown]
# ### The remedy: centres that move along
#
# To move a pair back (exercise 4.5) helps a pair alone. In a larger group, two atoms that move together past others have no such midpoint. So put a centre on every atom. When the pair moves, its centres move too, and each still sees the other atom at distance $r$: $\mathbf D$ does not change, so $\hat E$ does not change. Move all atoms by the same small vector $\mathbf t$: the energy changes by
# $\mathbf t\cdot\sum_a\partial\hat E/\partial\mathbf R_a=-\,\mathbf t\cdot\sum_a\hat{\mathbf F}_a$, with $\mathbf R_a$ the position of atom $a$. If the energy never changes, **the net force is zero**: momentum is conserved. (For two atoms that is Newton's third law; for more it says nothing about single pairs. In the same way an energy that does not change when all is turned has no net torque.)
#
# For the *derivatives* it means one thing more. If $\mathbf D$ does not change, then
#
# $$\sum_a \frac{\partial \mathbf D}{\partial \mathbf R_a} = 0 ,$$
#
# which can be tested before there is any model. The derivatives have to know that the centres move: that is `attach=True` of lesson 2.

# %%
structures = dimers(distances)
for attach in (True, False):
    _, derivatives = describe(soap, structures, centers=[0, 1], attach=attach)
    largest_sum = np.abs(derivatives.sum(axis=2)).max()  # sum over atoms: axis 2
    shape = f"derivatives {derivatives.shape}"
    print(f"attach={attach}: {shape}, largest sum over atoms {largest_sum:.2f} 1/Å")

# %% [markdown]
# With `attach=True` the sum is zero. We train a model with two centres on the same 30 labels and repeat the test that failed.

# %%
two_centers = Dataset.from_structures(
    structures, soap, centers=[0, 1], attach=True, calculator=lennard_jones_calculator()
)
cured, _ = train(two_centers[labelled_rows], seed=0, **DIMER_FIT)

# %%
here = apply(cured, dimers([3.25])[0].positions, [0, 1], attach=True)
there = apply(cured, dimers([3.25], shift=0.3)[0].positions, [0, 1], attach=True)

# %%
print("energy changes by less than 1e-9 eV:", abs(there[0] - here[0]) < 1e-9)
print("net force below 1e-9 eV/Å:", np.abs(there[1].sum(axis=0)).max() < 1e-9)
assert abs(there[0] - here[0]) < 1e-9
assert np.abs(there[1].sum(axis=0)).max() < 1e-9

# %% [markdown]
# Moved by 0.3 Å, and nothing changes: not because the model has learned it, but because it cannot do otherwise. Its forces pass the check of section 5, if the derivatives are taken
# with `attach=True`. With `attach=False` they belong to an energy whose centres stay behind, which is not the energy that we compute:

# %%
positions = dimers([3.25], shift=0.3)[0].positions
numerical = numerical_forces(
    lambda moved: apply(cured, moved, [0, 1], attach=True)[0], positions, step=1e-5
)

# %%
for attach in (True, False):
    analytic = apply(cured, positions, [0, 1], attach=attach)[1]
    agree = np.allclose(analytic, numerical, atol=1e-5)
    print(f"attach={attach}: forces agree with finite differences:", agree)
assert np.allclose(there[1], numerical, atol=1e-5)

# %%
second, _ = train(two_centers[labelled_rows], seed=1, **DIMER_FIT)
for seed, one in enumerate((cured, second)):
    energies_there, forces_there = one.predict(two_centers.descriptors, two_centers.derivatives)
    found = unseen_errors(energies_there, forces_there[:, 0, 0])
    report(f"two centres, seed {seed}, energy error, unseen points", found[0], "meV", at_most=0.04)
    report(f"two centres, seed {seed}, force error, unseen points", found[1], "meV/Å", at_most=0.6)

# %% [markdown]
# On the unseen points its errors are many times those of section 3, whose descriptor was made for this one problem. It is still the one to take: an error of some thousandths of a meV can be
# lived with, a force that nothing exerts cannot. [Lesson 6](06_many_atoms.ipynb) builds on it.

# %% [markdown]
# ## 7. A checklist for any force field
#
# Take these questions to the next paper, and to your own work.
#
# | ask | here |
# |---|---|
# | Which points chose nothing in the model, and are the errors from those alone? | section 1 |
# | Energies **and** forces, each with unit, MAE or RMSE, per component or per vector? | section 1 |
# | Where are the largest errors, and does the use ever go there? | section 2 |
# | How many seeds, how large are their spread and the standard error of the median? | section 3 |
# | What do other methods reach with the same labels, with every setting chosen inside them? | section 4 |
# | Does $\mathbf F=-\partial E/\partial\mathbf R$ hold, tested by finite differences? | section 5 |
# | What happens outside the data, and how would one notice? | section 6 |
# | Moved, turned, atoms of one kind swapped: do energy and forces behave? | section 6 |
# | Do the test points resemble the intended use, or only the training points? | section 6 |

# %% [markdown]
# ## Summary
#
# - On the 170 points that chose nothing, the median of 16 seeds is at most 0.001 meV and 0.05 meV/Å; the worst seed is at most four times the median.
# - MAE, RMSE and largest error tell different things. A bias or an MSE is not an RMSE, and components that are always zero dilute a mean.
# - Residuals against distance show what a parity plot hides: most of the force error lies between the first two labels.
# - With the same labels kernel ridge on energies and forces and the network are neighbours: which leads depends on length and width of the fit. Both beat kernel ridge on energies and the Hermite spline, and a polynomial in $r$ beats all. Whether a setting stands at the edge of what was tried decides such comparisons.
# - Outside the labels that order does not hold. Networks level off at the wall, all alike; kernels are closer there and worse at 8 Å; known repulsion under the learned part makes the networks repel where they failed to.
# - Forces equal minus the numerical derivative of the energy, and still a pair that moves while its centre stays feels a net force of more than 5 eV/Å.
# - Centres on the atoms with `attach=True` bring the net force to zero, to 1e-9 eV/Å.

# %% [markdown]
# ## Quiz
#
# Three questions; each answer says at once whether it is right, and why.

# %%
quiz(4)

# %%
progress(4)

# %% [markdown]
# ## Next
#
# The core of the course is done: principle, data, training, analysis. [Lesson 5](05_experiments.ipynb) asks what makes a force field better: which labels, how many, which descriptor, each as an experiment with spread over seeds.
#
# Words and symbols: [Terminology](01_principle.ipynb#Terminology). Back to the map: [start here](00_start_here.ipynb).
