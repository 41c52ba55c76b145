# %% [markdown]
# # 8. Uncertainty
#
# **You will learn**
#
# - to train a committee of models and to read its disagreement as a doubt;
# - to find where the doubt is justified, where it is too small, and where there is none at all although the model is wrong;
# - to calibrate the doubt, and to test the calibration on frames that nobody has seen;
# - to give a bound that holds with a chosen probability (split conformal prediction), and to break it by a change of temperature;
# - to let a committee choose its own labels, and to compare that fairly with choosing at random.
#
# **You need** [lesson 4](04_analysis.ipynb) (seeds, errors on unseen points, the pair that moves) and [lesson 6](06_many_atoms.ipynb) (the copper cluster); mean, variance, quantile.
#
# **Time** about 55 minutes, 15 of them exercises; all cells run in under a minute.

# %%
import time

import matplotlib.pyplot as plt
import numpy as np
import torch

from forcefield.evaluation import mean_absolute_error, report
from forcefield.plots import COLOURS, show, use_course_style

torch.set_num_threads(1)  # the matrices are tiny, and a shared computer has few cores to give
use_course_style()

# %% [markdown]
# ## 1. A committee
#
# A model gives a number for every structure, whether it knows anything about it or not. How could it tell?
#
# One way: train several models that differ in nothing but the seed of their initial weights. Where the labels say what is right, all must agree. Where they do not, each goes its own way. The models are the **members** of a
# **committee**, and their disagreement is a measure of doubt.
#
# We begin with the dimer: the data set of lesson 2 (found, or made again), 30 labels, 16 members.

# %%
from forcefield.dataset import equally_spaced
from forcefield.prepared import dimer_dataset
from forcefield.training import train

data = dimer_dataset()
distances = data.positions[:, 1, 0] - data.positions[:, 0, 0]  # Å
labelled, unseen = equally_spaced(len(data), 30)

start = time.process_time()
members = [train(data[labelled], seed=seed, iterations=250)[0] for seed in range(16)]
print(f"time: {time.process_time() - start:.2f} s (this machine)")

# %% [markdown]
# Every member votes. The committee's prediction is the **mean** of the votes, and the **spread** is their standard deviation $s$. With $M$ members and votes $\hat E_m$:
#
# $$\bar E = \frac1M\sum_m \hat E_m, \qquad s_E^2 = \frac{1}{M-1}\sum_m \left(\hat E_m - \bar E\right)^2 .$$
#
# For the force on an atom we add the variances of its three components, $s_F^2 = s_x^2 + s_y^2 + s_z^2$. So $s_F$ does not change when the structure is turned, and it can stand beside the length of the error, $|\bar{\mathbf F} - \mathbf F|$.

# %%
votes = [member.predict(data.descriptors[unseen], data.derivatives[unseen]) for member in members]
energies = np.array([energy for energy, _ in votes])  # (16, 170), eV
forces = np.array([force for _, force in votes])  # (16, 170, 2, 3), eV/Å

mean_forces = forces.mean(axis=0)  # (170, 2, 3)
spread = np.sqrt(forces.var(axis=0, ddof=1).sum(axis=-1))  # (170, 2), eV/Å
error = np.linalg.norm(mean_forces - data.forces[unseen], axis=-1)  # (170, 2), eV/Å

# %% [markdown]
# The package has the same in `forcefield.committees`. We use it from here on.

# %%
from forcefield.committees import Committee, energy_spread, force_spread

committee = Committee(members)
package_votes = committee.votes(data.descriptors[unseen], data.derivatives[unseen])
assert np.allclose(force_spread(package_votes[1]), spread)
assert np.allclose(energy_spread(package_votes[0]), energies.std(axis=0, ddof=1))
print("votes of the committee, energies and forces:", package_votes[0].shape, package_votes[1].shape)

# %% [markdown]
# Two numbers first, on the 170 unseen points. Is the mean better than a member? And is the spread of the size of the error?

# %%
member_errors = np.linalg.norm(forces - data.forces[unseen], axis=-1).mean(axis=(1, 2))  # (16,)
report("force error, mean of the 16 members", 1e3 * member_errors.mean(), "meV/Å", at_most=30)
report("force error, committee", 1e3 * error.mean(), "meV/Å", at_most=20)
report("committee divided by member", error.mean() / member_errors.mean(), at_least=0.35)
inside_ratio = np.sqrt((error**2).mean() / (spread**2).mean())  # root mean squares
report("error divided by spread, root mean squares", inside_ratio, at_most=2)

# %% [markdown]
# The mean is better than a member, but far from $\sqrt{16} = 4$ times better. Errors average out only as far as they are independent, and these members share labels, descriptor and shape of network. **What all members have in common stays
# in the mean, and does not show in the spread.** Keep this in mind.
#
# Still, inside the data the spread has the size of the error.

# %% [markdown]
# ## 2. Outside the data
#
# Now the same from 2.2 to 7 Å; labels go from 2.5 to 5. The function takes any list of pairs and returns the error of the mean energy and the spread.

# %%
from forcefield.descriptors import MIDPOINT, describe, make_soap
from forcefield.systems import dimers, label

soap = make_soap()


def energy_error_and_spread(structures, committee=committee):
    """|error| of a committee's mean energy, and its spread, both in eV."""
    votes, _ = committee.votes(*describe(soap, structures, [MIDPOINT]))
    _, true_energies, _ = label(structures)
    return np.abs(votes.mean(axis=0) - true_energies), energy_spread(votes)


# %%
reach = np.linspace(2.2, 7.0, 241)  # Å
reach_error, reach_spread = energy_error_and_spread(dimers(reach))

figure, axes = plt.subplots()
axes.axvspan(2.5, 5.0, color=COLOURS["extra"], alpha=0.15, linewidth=0)
axes.semilogy(reach, reach_error, color=COLOURS["truth"], linewidth=1.2)
axes.semilogy(reach, reach_spread, "--", color=COLOURS["model"])
axes.set(xlabel="distance r (Å)", ylabel="energy (eV)", ylim=(1e-6, 100))
axes.annotate("labels", (3.6, 20), ha="center")
axes.annotate("true error", (2.33, 30), color=COLOURS["truth"])
axes.annotate("spread", (5.3, 0.3), color=COLOURS["model"])
alt = "True error and spread against distance, logarithmic. Among the labels both are small. Towards large distances they rise together; towards small ones the true error rises far above the spread."
show(figure, alt)


# %%
def ratio_at(distance):
    """Error divided by spread at one distance."""
    i = np.abs(reach - distance).argmin()
    return reach_error[i] / reach_spread[i]


growth = reach_spread[190] / energy_spread(energies).mean()
report("spread at 6 Å divided by the mean spread inside", growth, at_least=30)
report("6 Å, error divided by spread", ratio_at(6.0), at_most=4)
report("2.2 Å, error divided by spread", ratio_at(2.2), at_least=3)

# %% [markdown]
# (The black curve dips where the error changes its sign.) On both sides the spread grows by orders of magnitude: the committee **notices** that it has left the data. How *much* it is wrong, it knows on one side only:
#
# - to the right, error and spread stay together;
# - to the left, at the wall, the error is many times the spread. All members level off there, because they are sums of tanh functions. None of them *can* climb such a wall, so they agree that there is none.

# %% [markdown]
# ## 3. Fooled together
#
# Lesson 4 moved the whole pair while the centre of the descriptor stayed. The true energy cannot change. We do it again at $r = 3.25$ Å, along the pair ($x$) and sideways ($y$), and ask the committee.

# %%
shifts = np.linspace(0.0, 0.9, 91)  # Å


def moved(direction):
    """The pair of 3.25 Å, moved by every shift along a direction."""
    pairs = [dimers([3.25])[0] for _ in shifts]
    for pair, shift in zip(pairs, shifts, strict=True):
        pair.positions += shift * np.array(direction)
    return pairs


along = energy_error_and_spread(moved([1, 0, 0]))
sideways = energy_error_and_spread(moved([0, 1, 0]))

# %%
figure, axes = plt.subplots(1, 2, figsize=(8, 3.6), sharey=True)
for panel, (moved_error, moved_spread) in zip(axes, (along, sideways), strict=True):
    panel.semilogy(shifts, moved_error, color=COLOURS["truth"], linewidth=1.2)
    panel.semilogy(shifts, moved_spread, "--", color=COLOURS["model"])
axes[0].set(xlabel="shift along the pair (Å)", ylabel="energy (eV)", ylim=(1e-5, 100))
axes[1].set_xlabel("shift sideways (Å)")
axes[0].annotate("true error", (0.25, 8), ha="center")
axes[0].annotate("spread", (0.6, 0.5), color=COLOURS["model"])
axes[1].annotate("true error", (0.45, 0.3))
axes[1].annotate("spread", (0.45, 1.3e-3), color=COLOURS["model"])
alt = "Error and spread against the shift, logarithmic. Along the pair both rise, the error several times higher than the spread. Sideways the error rises as well, but the spread stays as low as at the start."
show(figure, alt)

# %%
report("along, 0.2 Å: spread divided by that at no shift", along[1][20] / along[1][0], at_least=30)
report("along, 0.2 Å: error divided by spread", along[0][20] / along[1][20], at_least=1.5)
report("sideways, 0.9 Å: error", sideways[0][90], "eV", at_least=0.2)
report("sideways, 0.9 Å: spread divided by that at no shift", sideways[1][90] / sideways[1][0], at_most=10)
report("sideways, 0.9 Å: error divided by spread", sideways[0][90] / sideways[1][90], at_least=50)

# %% [markdown]
# Along the pair: an alarm, although too low a one. Sideways: **no alarm at all**, and the error grows beyond a fifth of the well's depth.
#
# Why? After a shift $d$ sideways both atoms are at distance $\sqrt{(r/2)^2 + d^2}$ from the centre. The six features are exactly those of a longer pair, which lies in the middle of the data:

# %%
blind = moved([0, 1, 0])[90]
twin = dimers([2 * np.hypot(3.25 / 2, 0.9)])[0]
features = [describe(soap, [pair], [MIDPOINT])[0] for pair in (blind, twin)]
print("distance of the pair: 3.25 Å; of its twin:", round(twin.get_distance(0, 1), 2), "Å")
print("same features to 1e-9:", np.allclose(*features, atol=1e-9))
assert np.allclose(*features, atol=1e-9)

# %% [markdown]
# No member can know better: they all look through the same descriptor, and it shows them a structure they know well. A committee sees the doubt that comes from *too few labels for its weights*. It does not see what all members share: a blind
# descriptor, a shape that the network cannot take, or labels that are wrong.

# %% [markdown]
# ### Explore: how many members does it take?
#
# The first members of our sixteen vote. The truth is black, the members are blue, the spread is dashed.

# %%
from forcefield.explorers.committee import committee_explorer

committee_explorer(members)

# %% [markdown]
# | control | what it does |
# |---|---|
# | **Number of members** | how many of the sixteen vote |
# | **r: distance (Å)** | where the sentence below reads the curves (orange line, and the two marks on the right) |
# | **Shift along the pair (Å)** | moves all pairs along $x$ while the centre of the descriptor stays |
# | **Shift sideways (Å)** | moves them along $y$ |
# | **Reset** | eight members, 3.25 Å, no shift |
#
# Left: energy of every member. Right: the true error of their mean and their spread. Labels are in the shaded range; what is off the scale is drawn at its edge.
#
# **Try:**
#
# - Without a shift, go from 2 members to 16. Which of the two curves on the right changes more, and which hardly at all below 2.5 Å?
# - With 16 members, how far can you go beyond 5 Å until the spread is ten times that at 4 Å?
# - Shift along the pair by 0.05 Å. By how much does the spread grow? And the error?
# - Shift sideways only. Can any number of members help?

# %% [markdown]
# ## 4. Thirteen atoms
#
# Now a case where nobody can draw the answer: Cu13 at 300, 600 and 900 K with EMT labels. The lesson finds the labelled frames of lesson 6, or makes them again (some seconds). As there, whole blocks of the trajectories belong
# to training or not.
#
# The committee is fitted to the 200 training frames. This lesson chooses no setting by the validation part, so we take it and the test part together: 400 **held-out** frames.

# %%
from forcefield.prepared import copper_dataset, copper_split
from forcefield.systems import copper_blocks

copper = copper_dataset()
training, validation, test = copper_split()
held_out = np.sort(np.concatenate([validation, test]))
training_set, held_out_set = copper[training], copper[held_out]
del copper  # its parts hold everything; the derivatives take 122 MB and need not be there twice

temperatures, blocks = (values[held_out] for values in copper_blocks())
print(
    "training frames:",
    len(training_set),
    " held-out frames:",
    len(held_out_set),
    " blocks of them:",
    len(np.unique(blocks)),
)
assert not set(copper_blocks()[1][training]) & set(blocks)  # no block on both sides

# %% [markdown]
# Five members, with smaller networks and shorter fits than in lesson 6, to keep the waiting short. Their errors are larger, which is fine here: errors are what we study.


# %%
def copper_committee(dataset):
    """Five members that differ in their seed."""
    settings = {"hidden_units": (16, 16), "iterations": 150}
    return Committee([train(dataset, seed=seed, **settings)[0] for seed in range(5)])


def force_error_and_spread(committee):
    """Length of the force error and spread for every held-out atom, (400, 13), eV/Å; and the votes."""
    _, forces = committee.votes(held_out_set.descriptors, held_out_set.derivatives)
    return np.linalg.norm(forces.mean(axis=0) - held_out_set.forces, axis=-1), force_spread(forces), forces


start = time.process_time()
error, spread, forces = force_error_and_spread(copper_committee(training_set))
print(f"time: {time.process_time() - start:.2f} s (this machine)")

# %%
true_forces = held_out_set.forces
member_errors = 1e3 * np.abs(forces - true_forces).mean(axis=(1, 2, 3))  # (5,): all components, meV/Å
committee_error = 1e3 * mean_absolute_error(forces.mean(axis=0), true_forces)
report("force error of a member, the best of 5", member_errors.min(), "meV/Å", at_most=45)
report("force error of a member, the worst of 5", member_errors.max(), "meV/Å", at_most=60)
report("force error of the committee", committee_error, "meV/Å", at_most=40)
report("committee divided by the mean of the members", committee_error / member_errors.mean(), at_most=1)

# %% [markdown]
# Spread against true error, one point for each atom of each held-out frame:

# %%
figure, axes = plt.subplots(figsize=(6, 4.6))
styles = {300: ("light", "o"), 600: ("model", "s"), 900: ("training", "^")}
for temperature, (role, marker) in styles.items():
    chosen = temperatures == temperature
    style = {"color": COLOURS[role], "markersize": 3, "alpha": 0.35, "linewidth": 0}
    axes.loglog(spread[chosen].ravel(), error[chosen].ravel(), marker, label=f"{temperature} K", **style)
axes.loglog([3e-3, 2], [3e-3, 2], color=COLOURS["truth"], linewidth=1)
axes.annotate("error = spread", (0.9, 1.3), ha="right")
axes.set(xlabel="spread $s_F$ (eV/Å)", ylabel="true force error (eV/Å)", ylim=(8e-4, 3))
for handle in axes.legend(markerscale=2.5).legend_handles:
    handle.set_alpha(1)
alt = "True force error against spread for every atom, both logarithmic: a broad cloud along the diagonal, with 300 K at its lower left end, 600 K in the middle and 900 K at the upper right."
show(figure, alt)


# %%
def correlation(chosen):
    """Pearson's correlation of the logarithms of error and spread."""
    return np.corrcoef(np.log(error[chosen]).ravel(), np.log(spread[chosen]).ravel())[0, 1]


report("correlation, all held-out atoms", correlation(temperatures > 0), at_least=0.55)
alone = [correlation(temperatures == temperature) for temperature in styles]
report("correlation within one temperature, largest", max(alone), at_most=0.8)
report("correlation within one temperature, smallest", min(alone), at_least=0.15)

# %% [markdown]
# The spread tells a hot cluster from a cold one. Within one temperature it tells much less. Even a perfect spread would give a cloud: it says how *wide* the errors scatter, and a single error may still be small by luck. That is why one atom proves
# nothing, and why the next sections look at many.

# %% [markdown]
# ## 5. Calibration
#
# Is the spread too large or too small on the whole? One factor can mend that:
#
# $$\alpha^2 = \frac1n\sum_{i=1}^{n}\left(\frac{e_i}{s_i}\right)^2$$
#
# with error $e_i$ and spread $s_i$ of $n$ atoms. We take it from one half of the held-out blocks, the **calibration set**, and test it on the other half.

# %%
from forcefield.committees import calibration_factor


def half_of_blocks(seed):
    """Mask (400,): True for the frames of half of the blocks, drawn at random."""
    names = np.unique(blocks)
    return np.isin(blocks, np.random.default_rng(seed).permutation(names)[: len(names) // 2])


calibration = half_of_blocks(seed=0)
alpha = np.sqrt(((error[calibration] / spread[calibration]) ** 2).mean())
assert np.isclose(alpha, calibration_factor(error[calibration], spread[calibration]))
report("calibration factor", alpha, at_least=0.6)
report("calibration factor", alpha, at_most=2)

# %% [markdown]
# Above 1 means: the committee was too sure. Now the test. We sort the atoms of the other half by spread into ten groups of equal size and compare, group by group, the error that is announced with the one that occurs (root mean squares). This is a
# **reliability plot**.


# %%
def reliability(spread, error, n_groups=10):
    """Root mean square of spread and error in groups of similar spread, (2, n_groups)."""
    groups = np.array_split(np.argsort(spread, axis=None), n_groups)
    return np.sqrt([[(values.ravel()[group] ** 2).mean() for group in groups] for values in (spread, error)])


raw = reliability(spread[~calibration], error[~calibration])
announced, occurred = reliability(alpha * spread[~calibration], error[~calibration])

# %%
figure, axes = plt.subplots(figsize=(5.6, 4.2))
axes.loglog([0.01, 0.25], [0.01, 0.25], color=COLOURS["truth"], linewidth=1)
axes.loglog(*raw, "s", markerfacecolor="none", color=COLOURS["baseline"], label="spread as it is")
axes.loglog(announced, occurred, "o", color=COLOURS["model"], label="calibrated")
axes.set(xlabel="announced: spread (eV/Å, root mean square)", ylabel="occurred: error (eV/Å, root mean square)")
axes.legend(loc="upper left")
alt = "Error that occurred against spread announced, for ten groups: the points follow the diagonal from small to large, calibrated and not."
show(figure, alt)

worst = np.exp(np.abs(np.log(occurred / announced)).max())
report("group furthest from the diagonal, a factor of", worst, at_most=2)
report("last group, error divided by first group's", occurred[-1] / occurred[0], at_least=3)

# %% [markdown]
# In groups the spread is a good measure: the atoms it marks as the most doubtful have errors several times those of the least doubtful ones. The factor corrects the level and nothing else: at the ends of the diagonal a group may still be off.

# %% [markdown]
# ## 6. A bound with a promise
#
# Often one wants a bound: "the error is below $b$, with 90 % probability". A factor of 1.64 on $\alpha s$ would do for normally distributed errors in one dimension. These are vectors, and nobody knows their distribution. **Split conformal prediction** needs no distribution:
#
# 1. on $n$ calibration points take the scores $e_i/s_i$ and sort them;
# 2. let $q$ be the $k$-th smallest, with $k = \lceil (n+1)\cdot 0.9\rceil$;
# 3. the bound for a new atom is $q\,s$.
#
# Why it works: put the new score among the $n$ old ones. If all $n+1$ are **exchangeable**, that is, if any order of them is equally likely, then the new one has rank at most $k$ with probability $k/(n+1)$, and that is 90 % or a little more.

# %%
from forcefield.committees import conformal_factor


def kth_smallest_score(error, spread, coverage):
    scores = np.sort(error / spread, axis=None)
    k = int(np.ceil((len(scores) + 1) * coverage))
    return scores[k - 1]  # numpy counts from 0


q = kth_smallest_score(error[calibration], spread[calibration], 0.9)
assert np.isclose(q, conformal_factor(error[calibration], spread[calibration], 0.9))
coverage = (error[~calibration] <= q * spread[~calibration]).mean()
report("factor q for 90 %", q, at_most=4)
report("coverage on unseen frames", 100 * coverage, "%", at_least=84)

# %% [markdown]
# One split is one throw of dice. So we draw the half that calibrates 20 times, always in whole blocks, for four promised coverages. In the figure each dot is one split, each diamond the mean of 20.

# %%
promised = (0.5, 0.8, 0.9, 0.95)


def coverages(nominal, n_splits=20):
    """Coverage on the other half of the blocks, for each of the splits."""
    found = []
    for half in map(half_of_blocks, range(n_splits)):
        bound = conformal_factor(error[half], spread[half], nominal) * spread[~half]
        found.append((error[~half] <= bound).mean())
    return np.array(found)


deviations = 100 * np.array([coverages(nominal) - nominal for nominal in promised])  # (4, 20), points
print("splits for each promise:", deviations.shape[1])

# %%
figure, axes = plt.subplots(figsize=(6.4, 3.6))
axes.axhspan(-3, 3, color=COLOURS["validation"], alpha=0.15, linewidth=0)
axes.axhline(0, color=COLOURS["truth"], linewidth=1)
for place, values in enumerate(deviations):
    axes.plot(place + np.linspace(-0.15, 0.15, 20), values, "o", color=COLOURS["model"], markersize=4, alpha=0.6)
    axes.plot(place, values.mean(), "D", color=COLOURS["training"], markersize=8)
axes.set(xlabel="promised coverage", ylabel="coverage found minus\npromised (points)", xlim=(-0.5, 4), ylim=(-6, 6))
axes.set_xticks(range(4), [f"{100 * nominal:.0f} %" for nominal in promised])
axes.annotate("within\n3 points", (3.35, 1.5), va="center")
alt = "Coverage found minus coverage promised: for each of four promises twenty dots scatter around zero, most of them within three points, and their mean lies close to zero."
show(figure, alt)

# %%
mean_deviations = np.abs(deviations.mean(axis=1))  # one for each promise
report("mean over the splits, largest deviation of the four, in points", mean_deviations.max(), at_most=3)
report("share of all 80 splits within 3 points", (np.abs(deviations) <= 3).mean(), at_least=0.65)
report("90 %: largest deviation of one split, in points", np.abs(deviations[2]).max(), at_most=7)

# %% [markdown]
# The promise is kept: in the mean within 3 points, and mostly in a single split too. The promise itself is about the mean: a single calibration set may be lucky or unlucky. Its luck shrinks like $1/\sqrt n$ with $n$ *independent* points. Here $n$ is 2600 atoms, but the 13 atoms of a frame and the
# frames of a block resemble each other, so they count for fewer.

# %% [markdown]
# ## 7. How to break the promise
#
# Everything hangs on *exchangeable*. Three things break it:
#
# - **Neighbours in time.** A frame 50 fs after a calibration frame resembles it. If test frames are such neighbours, the test looks better than the next trajectory will. That is why we drew whole blocks.
# - **Frames that were trained on.** Their errors are smaller than those of new frames (exercise 2).
# - **Other conditions**: calibrated at one temperature, used at another. We measure this one.
#
# We compare two bounds: $q\,s$, and one of **constant width**, the 90 % quantile of the errors themselves (all spreads set to 1).


# %%
def coverage_by_temperature(error, spread, calibrate_at, n_splits=20):
    """Coverage of a 90 % bound at 300, 600 and 900 K, mean over splits, (3,)."""
    found = []
    for half in map(half_of_blocks, range(n_splits)):
        used = half & np.isin(temperatures, calibrate_at)
        covered = error <= conformal_factor(error[used], spread[used], 0.9) * spread
        found.append([covered[~half & (temperatures == temperature)].mean() for temperature in styles])
    return np.mean(found, axis=0)


constant = np.ones_like(spread)
everywhere = [coverage_by_temperature(error, width, (300, 600, 900)) for width in (spread, constant)]
cold = [coverage_by_temperature(error, width, (300,)) for width in (spread, constant)]

# %% [markdown]
# And a third case, which is common: the members themselves have only seen 300 K.

# %%
cold_set = training_set[copper_blocks()[0][training] == 300]
cold_error, cold_spread, _ = force_error_and_spread(copper_committee(cold_set))
all_cold = [coverage_by_temperature(cold_error, width, (300,)) for width in (cold_spread, constant)]
print("training frames at 300 K:", len(cold_set))

# %%
figure, axes = plt.subplots(1, 3, figsize=(9, 3.6), sharey=True)
titles = ("calibrated at all three", "calibrated at 300 K", "calibrated and trained\nat 300 K")
for panel, title, (with_spread, with_constant) in zip(axes, titles, (everywhere, cold, all_cold), strict=True):
    panel.axhline(90, color=COLOURS["truth"], linewidth=1)
    panel.plot(list(styles), 100 * with_spread, "o-", color=COLOURS["model"], label="q · spread")
    panel.plot(list(styles), 100 * with_constant, "s--", color=COLOURS["baseline"], label="constant width")
    panel.set(xlabel="tested at (K)", xticks=list(styles), xlim=(250, 950), ylim=(0, 105))
    panel.set_title(title, fontsize=11)
axes[0].set_ylabel("coverage (%)")
axes[0].legend(loc="lower left")
alt = "Coverage of a 90 % bound at three temperatures, in three panels. Calibrated at all temperatures, the bound by spread stays near 90 % and the constant one falls with temperature. Calibrated at 300 K, the constant one collapses at 900 K and the other falls a little. Trained at 300 K too, both fall far below."
show(figure, alt)

# %%
report("calibrated at all, spread, 900 K, coverage", 100 * everywhere[0][2], "%", at_least=78)
report("calibrated at all, constant width, 900 K, coverage", 100 * everywhere[1][2], "%", at_most=82)
report("calibrated at 300 K, spread, 900 K, coverage", 100 * cold[0][2], "%", at_most=89)
report("calibrated at 300 K, constant width, 900 K, coverage", 100 * cold[1][2], "%", at_most=40)
report("trained at 300 K too, spread, 900 K, coverage", 100 * all_cold[0][2], "%", at_most=70)
report("trained at 300 K too, constant width, 900 K, coverage", 100 * all_cold[1][2], "%", at_most=20)

# %% [markdown]
# - **Left**: the promise holds for the mixture of temperatures, not for each of them. The constant bound is generous to the cold frames and fails the hot ones. The spread evens this out, not fully.
# - **Middle**: a bound that was right at 300 K. Its constant form is worthless at 900 K. The spread grows along with the error, so most of the coverage survives; still less than promised.
# - **Right**: members that never saw a hot cluster are over-confident there, as at the wall of section 2. No calibration at 300 K can know that.
#
# The lesson: calibrate on what you will meet.

# %% [markdown]
# ## 8. Active learning
#
# A committee can say where it is in doubt *without any label*. So let it choose: label what it doubts most, fit again, and so on. This is **active learning**, here by committee.
#
# Does it pay? We go back to the dimer, where many runs are cheap. Each run starts with the same 4 equally spaced labels from a pool of 100 distances and adds 2 at a time, up to 12. The test set is the 100 distances in between, which cannot be picked.
# Three ways to choose, at equal numbers of labels:
#
# | way | next labels |
# |---|---|
# | by doubt | the largest spread of forces, and the largest at least 0.1 Å away from it |
# | at random | any two |
# | equally spaced | all chosen anew, evenly from 2.5 to 5 Å; cannot be extended, but a natural rival |

# %%
pool, between = np.arange(0, 200, 2), np.arange(1, 200, 2)
n_labels = (4, 6, 8, 10, 12)


def small_committee(chosen, seed):
    """Three members; another seed gives three others."""
    settings = {"hidden_units": (16,), "iterations": 120}
    return Committee([train(data[chosen], seed=3 * seed + member, **settings)[0] for member in range(3)])


def evenly(n):
    return pool[equally_spaced(len(pool), n)[0]]


starts = [small_committee(evenly(n_labels[0]), seed) for seed in range(4)]  # the same for all three ways


# %%
def by_doubt(chosen, committee):
    """The two most doubtful distances of the pool that are not neighbours."""
    rest = np.setdiff1d(pool, chosen)
    doubt = force_spread(committee.votes(data.descriptors[rest], data.derivatives[rest])[1])[:, 0]
    first = rest[doubt.argmax()]
    doubt[np.abs(distances[rest] - distances[first]) < 0.1] = 0
    return np.append(chosen, [first, rest[doubt.argmax()]])


def test_error(committee):
    """Mean absolute force error between the pool's points, x on atom 0, meV/Å."""
    _, forces = committee.predict(data.descriptors[between], data.derivatives[between])
    return 1e3 * mean_absolute_error(forces[:, 0, 0], data.forces[between, 0, 0])


# %% [markdown]
# All three ways use a committee of three for their prediction, so that only the labels differ. Four seeds each: other initial weights, other random picks.


# %%
def one_run(way, seed):
    """Test error for each number of labels, and the labels at the end."""
    generator = np.random.default_rng(seed)
    chosen, errors = evenly(n_labels[0]), []
    for n in n_labels:
        if way == "equally spaced":
            chosen = evenly(n)
        elif way == "at random" and n > n_labels[0]:
            chosen = np.append(chosen, generator.choice(np.setdiff1d(pool, chosen), 2, replace=False))
        committee = small_committee(chosen, seed) if n > n_labels[0] else starts[seed]
        errors.append(test_error(committee))
        if way == "by doubt" and n < n_labels[-1]:
            chosen = by_doubt(chosen, committee)
    return errors, chosen


# %%
start = time.process_time()
ways = {"by doubt": ("model", "o"), "at random": ("baseline", "s"), "equally spaced": ("validation", "^")}
runs = {way: [one_run(way, seed) for seed in range(4)] for way in ways}
curves = {way: np.array([errors for errors, _ in runs[way]]) for way in ways}  # (4 seeds, 5 numbers of labels)
print(f"time: {time.process_time() - start:.2f} s (this machine)")

# %%
figure, axes = plt.subplots(figsize=(7, 4))
for offset, (way, (role, marker)) in zip((-0.15, 0, 0.15), ways.items(), strict=True):
    style = {"color": COLOURS[role], "marker": marker}
    axes.semilogy(np.array(n_labels) + offset, curves[way].T, linewidth=0, alpha=0.4, markersize=5, **style)
    axes.semilogy(n_labels, np.median(curves[way], axis=0), label=f"{way}, median", **style)
axes.set(xlabel="number of labels", ylabel="force error (meV/Å)", xticks=n_labels)
axes.legend()
alt = "Force error against number of labels for three ways to choose, with every seed as a dot. All fall steeply; choosing by doubt lies lowest in the middle, and the dots of random choice scatter far upwards."
show(figure, alt)


# %%
def gain(rival, statistic):
    """Error of a rival divided by that of choice by doubt, for 6 to 12 labels, (4,)."""
    return statistic(curves[rival], axis=0)[1:] / statistic(curves["by doubt"], axis=0)[1:]


medians = gain("at random", np.median)
report("random divided by doubt: median seed, 6 labels", medians[0], at_least=1)
report("random divided by doubt: median seed, 12 labels", medians[-1], at_least=0.6)
for rival, statistic, bound in (
    ("at random", np.median, 1.2),
    ("at random", np.max, 1.3),
    ("equally spaced", np.median, 1),
):
    name = "median" if statistic is np.median else "worst"
    mean_gain = np.exp(np.log(gain(rival, statistic)).mean())
    report(f"{rival} divided by doubt: {name} seed, geometric mean over 6 to 12 labels", mean_gain, at_least=bound)

# %% [markdown]
# What did the committees pick? One row for each seed: squares are the common start, circles the picks.

# %%
figure, axes = plt.subplots(figsize=(7, 2.8))
for row, (_, chosen) in enumerate(runs["by doubt"]):
    axes.plot(distances[chosen[:4]], [row] * 4, "s", color=COLOURS["truth"], markersize=6)
    axes.plot(distances[chosen[4:]], [row] * 8, "o", color=COLOURS["model"], markersize=6)
axes.set(xlabel="distance r (Å)", ylabel="seed", yticks=range(4), ylim=(-0.6, 3.6))
alt = "Picked distances for four seeds: squares mark the four common starting points, circles the picks, which crowd at short distances and are rare at long ones."
show(figure, alt)
wall = np.mean([(distances[chosen[4:]] < 3.25).mean() for _, chosen in runs["by doubt"]])
report("share of the picks below 3.25 Å, 30 % of the range", wall, at_least=0.4)

# %% [markdown]
# The picks crowd on the wall, where the force changes fastest: the committee has found what lesson 2's figure showed us. Read the gain soberly:
#
# - It is largest when labels are few, and shrinks as labels are added.
# - The most reliable gain is in the **worst seed**. Random picks may leave a hole on the wall; a single lucky draw may do as well as the committee, but nobody knows beforehand which one.
# - Equal spacing costs no committee, and it has no unlucky seed either. In one dimension it is a fair rival; in the 39 coordinates of Cu13 there is no such thing as equal spacing.
# - A label is free here, and three fits are not. The trade pays when a label costs hours.
#
# Four seeds show no more than that. And active learning inherits every blind spot of section 3: what the committee does not doubt, it never asks for.

# %% [markdown]
# ## Exercises
#
# **1. Another kind of committee.** Let the members differ in their labels too: member $m$ is fitted to 30 labels drawn from our 30 *with replacement* (a **bootstrap**), so about 19 different ones. Take 8 members. Compare error, spread, and the ratio at 2.2 Å with section 1 and 2.
#
# <details><summary>Solution</summary>
#
# ```python
# def bootstrap_member(seed):
#     drawn = np.unique(np.random.default_rng(seed).choice(labelled, len(labelled)))
#     return train(data[drawn], seed=seed, iterations=250)[0]
#
# bootstrap = Committee([bootstrap_member(seed) for seed in range(8)])
# _, drawn_forces = bootstrap.votes(data.descriptors[unseen], data.derivatives[unseen])
# drawn_error = np.linalg.norm(drawn_forces.mean(axis=0) - data.forces[unseen], axis=-1)
# print(f"error {1e3 * drawn_error.mean():.0f} meV/Å, spread {1e3 * force_spread(drawn_forces).mean():.0f} meV/Å")
# wall_error, wall_spread = energy_error_and_spread(dimers([2.2]), bootstrap)
# print(f"2.2 Å: error divided by spread {(wall_error / wall_spread)[0]:.1f}")
# ```
#
# Each member has fewer labels, so errors grow. The spread grows more: members that miss the label at 2.5 Å disagree wildly there. The committee is more careful, at the wall too, but still too sure: no bootstrap adds a label below 2.5 Å.
#
# </details>
#
# **2. Calibrated on what it was trained on.** Fit a committee to every eighth training frame of copper, 25 in all. Take both 90 % bounds of section 7, by spread and of constant width, from *these same 25 frames*, and test them on the held-out frames. Which way do they go wrong?
#
# <details><summary>Solution</summary>
#
# ```python
# few = training_set[::8]
# few_committee = copper_committee(few)
# few_error, few_spread, _ = force_error_and_spread(few_committee)
# _, seen = few_committee.votes(few.descriptors, few.derivatives)
# seen_error = np.linalg.norm(seen.mean(axis=0) - few.forces, axis=-1)
# print(f"mean error: trained on {1e3 * seen_error.mean():.0f}, held out {1e3 * few_error.mean():.0f} meV/Å")
# by_spread = few_error <= conformal_factor(seen_error, force_spread(seen), 0.9) * few_spread
# by_width = few_error <= conformal_factor(seen_error, np.ones_like(seen_error), 0.9)
# print(f"coverage: by spread {100 * by_spread.mean():.0f} %, constant width {100 * by_width.mean():.0f} %")
# ```
#
# Both cover too little. The errors on frames that were trained on are about half of those on new ones, so the constant bound is far too narrow. The spread is smaller on trained frames too, which hides most of the damage from the
# bound by spread, but not all. With all 200 frames the effect is much smaller (try it): so many labels leave little room to overfit.
#
# </details>
#
# **3. How many members?** Use only the first 2, 3, 4 and 5 members for copper. How do the coverage of the 90 % bound and its mean width change?
#
# <details><summary>Solution</summary>
#
# ```python
# half = half_of_blocks(0)
# for size in (2, 3, 4, 5):
#     small_error = np.linalg.norm(forces[:size].mean(axis=0) - true_forces, axis=-1)
#     small_spread = force_spread(forces[:size])
#     bound = conformal_factor(small_error[half], small_spread[half], 0.9) * small_spread[~half]
#     covered = (small_error[~half] <= bound).mean()
#     print(f"{size} members: coverage {100 * covered:.0f} %, mean bound {1e3 * bound.mean():.0f} meV/Å")
# ```
#
# The coverage stays near 90 % for any size: the calibration sees to that. What more members buy is a *narrower* bound: the mean is better, and the spread is less of a lottery. Two members may agree by chance where both are wrong, and $q$ must allow for it.
#
# </details>

# %% [markdown]
# ## Summary
#
# - The spread of a committee has the size of its error inside the data and on the side of large distances; at the wall the error is at least 3 times the spread.
# - Members share what a spread cannot show: moved along itself, the pair has an error above 1.5 times the spread; moved sideways, at least 50 times, without an alarm.
# - For copper, spread and error of single atoms correlate (at least 0.55 over all temperatures), less within one temperature; in groups, the calibrated spread is right within a factor of 2.
# - A split conformal bound keeps its promise on unseen blocks: in the mean over 20 splits within 3 points.
# - Calibrated at 300 K and used at 900 K, a bound by spread keeps most of its coverage, and one of constant width loses it (at most 40 % instead of 90). If training saw only 300 K, both fail.
# - On the dimer, labels chosen by doubt beat random ones from 6 to 12 labels, in the median and in the worst of four seeds (geometric mean of the ratios at least 1.2 and 1.3). The gain is largest with few labels.

# %% [markdown]
# ## Questions
#
# **1.** Five members agree to 1 meV/Å on a structure. May you trust the force to 1 meV/Å?
#
# <details><summary>Answer</summary>
#
# No. They agree on what their labels, descriptor and kind of network make of it. A structure whose descriptor equals that of a known one gets perfect agreement and may be wrong by any amount. And if the labels
# come from a poor potential, all members agree on the poor potential. Agreement is necessary, not sufficient.
#
# </details>
#
# **2.** A bound for 90 % is broken by 30 % of the atoms of the hottest trajectory. Is the conformal theorem wrong?
#
# <details><summary>Answer</summary>
#
# No. It promises 90 % in the mean over points that are exchangeable with the calibration set. If that set mixes temperatures, the promise is for the mixture: 100 % of the cold and 70 % of the hot may well keep it. If it holds no hot frames
# at all, nothing is promised for them. One could calibrate each temperature by itself.
#
# </details>
#
# **3.** Why were whole blocks drawn for calibration and test, and not single frames?
#
# <details><summary>Answer</summary>
#
# Frames that follow each other resemble each other. With single frames, nearly every test frame has a close relative in the calibration set, and the coverage measured is that for more of the same blocks, not for the next
# piece of trajectory. With blocks, what is tested is what the promise is needed for.
#
# </details>

# %% [markdown]
# ## Next
#
# [Lesson 9](09_crystals.ipynb) leaves the clusters: copper that repeats in space, its lattice constant and its stiffness, and where to go from here.
#
# **To read on**: committees of networks, [Lakshminarayanan, Pritzel, Blundell 2017](https://arxiv.org/abs/1612.01474); calibrated committees for atoms, [Musil et al. 2019](https://doi.org/10.1021/acs.jctc.8b00959) and [Imbalzano et al. 2021](https://doi.org/10.1063/5.0036522); conformal prediction, [Angelopoulos and Bates 2021](https://arxiv.org/abs/2107.07511); learning by committee, [Seung, Opper, Sompolinsky 1992](https://doi.org/10.1145/130385.130417).
#
# Words and symbols: [Terminology](01_principle.ipynb#Terminology). Back to the map: [start here](00_start_here.ipynb).
