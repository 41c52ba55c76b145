# %% [markdown]
# # 7. Dynamics
#
# **You will learn**
#
# - to hand your model to ASE as a calculator, and to test it as you would test any potential;
# - to relax a structure and to compute its vibrations with it;
# - to judge molecular dynamics by the drift of the energy, and to choose a time step;
# - to heat a cluster until it melts, to notice when the model leaves its data, and to mend that with a few more labels.
#
# **You need** [lesson 6](06_many_atoms.ipynb) (the model of 13 copper atoms); Newton's second law.
#
# **Time** about 45 minutes, 10 of them exercises; all cells run in under a minute.

# %% [markdown]
# ## 1. The model as a calculator
#
# In ASE, everything that moves atoms asks a *calculator* for energies and forces. If the model is one, all of ASE can use it, and nothing in ASE needs to know that it was learned. Labels and model of lesson 6 are found in `data/`, or made again.

# %%
import numpy as np
import torch

from forcefield.plots import COLOURS, show, use_course_style
from forcefield.prepared import copper_dataset, copper_model, copper_split

torch.set_num_threads(1)  # the matrices are small, and the computer may be shared
use_course_style()
data = copper_dataset()
model = copper_model(data)
training = data[copper_split()[0]]  # the 200 frames that it was fitted to
del data  # the other 400 are not needed here, and their derivatives take 80 MB

# %%
from ase.calculators.emt import EMT

from forcefield.calculator import ForceFieldCalculator
from forcefield.prepared import copper_soap
from forcefield.systems import copper_cluster

soap = copper_soap()
calculators = {"EMT": EMT(), "model": ForceFieldCalculator(model, soap, n_atoms=13)}
colour_of = {"EMT": COLOURS["truth"], "model": COLOURS["model"]}


def with_calculator(structure, name):
    """A copy of a structure that asks EMT or the model."""
    structure = structure.copy()
    structure.calc = calculators[name]
    return structure


# %%
cluster = copper_cluster()
for name in calculators:
    print(f"{name:5}", type(with_calculator(cluster, name).calc).__name__)

# %% [markdown]
# Before use, ASE's own check: forces against finite differences of the energy, for all 39 coordinates of a rattled cluster.

# %%
from ase.calculators.fd import calculate_numerical_forces

rattled = with_calculator(cluster, "model")
rattled.rattle(0.1, rng=np.random.default_rng(0))
difference = np.abs(rattled.get_forces() - calculate_numerical_forces(rattled, eps=1e-4)).max()
print("largest difference below 1e-6 eV/Å:", difference < 1e-6)
assert difference < 1e-6

# %% [markdown]
# A good calculator also refuses what it cannot know, and says why.

# %%
gold, fewer, periodic = cluster.copy(), cluster[1:], cluster.copy()
gold.symbols[0] = "Au"
periodic.cell, periodic.pbc = [20, 20, 20], True
for structure in (gold, fewer, periodic):
    structure.calc = calculators["model"]
    try:
        structure.get_potential_energy()
    except ValueError as refusal:
        print(refusal)

# %% [markdown]
# What does a step of dynamics cost? Below are the processor's times for one step with the model, for the descriptors and derivatives within it, and for one step with EMT (best of ten times 20 steps).

# %%
import time

from ase import units
from ase.md.verlet import VelocityVerlet


def milliseconds(function, repeats=20):
    """Best processor time of ten, for one of `repeats`."""
    times = []
    for _ in range(10):
        start = time.process_time()
        function(repeats)
        times.append(time.process_time() - start)
    return 1e3 * min(times) / repeats


# %%
moving = {name: VelocityVerlet(with_calculator(rattled, name), 5 * units.fs) for name in calculators}
costs = {f"step with {name}": milliseconds(dynamics.run) for name, dynamics in moving.items()}
atoms, centers = moving["model"].atoms, list(range(13))
costs["descriptors and\nderivatives alone"] = milliseconds(
    lambda repeats: [soap.derivatives(atoms, centers=centers, attach=True) for _ in range(repeats)]
)

# %%
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(7, 2.3))
bars = axes.barh(list(costs), costs.values(), color=[COLOURS[role] for role in ("truth", "model", "light")])
axes.bar_label(bars, fmt="%.2f ms", padding=4)
axes.set(xlabel="processor time (ms)", xlim=(0, 1.25 * max(costs.values())))
show(
    figure,
    "Three bars: the time of one step with EMT, of one step with the model, and of the model's descriptors "
    "and derivatives alone, which make up most of the model's step.",
)

# %% [markdown]
# Most of a step goes into the descriptors. The network itself is nearly free. (EMT is a fast potential written in Python; against a quantum-mechanical calculation of seconds or hours, both are nothing.)

# %% [markdown]
# ## 2. Relaxation
#
# Rattle the cluster by 0.15 Å and let both potentials find their minimum with the same optimiser.

# %%
from ase.optimize import BFGS

start = cluster.copy()
start.rattle(0.15, rng=np.random.default_rng(1))
relaxed, energies = {}, {}
for name in calculators:
    relaxed[name] = atoms = with_calculator(start, name)
    steps = BFGS(atoms, logfile=None).irun(fmax=1e-3)
    energies[name] = [atoms.get_potential_energy() / 13 for _ in steps]

# %%
figure, axes = plt.subplots(figsize=(6, 3))
for name, style in (("EMT", "o-"), ("model", "x--")):
    axes.semilogy(np.array(energies[name]) - energies["EMT"][-1] + 1e-4, style, color=colour_of[name], label=name)
axes.set(xlabel="step of the optimiser", ylabel="energy above EMT's\nminimum + 0.0001 (eV/atom)")
axes.legend()
show(
    figure,
    "Energy against optimiser step for EMT and the model: the two curves fall together by several orders of magnitude.",
)

# %% [markdown]
# The curves fall together; the model's levels off a little higher, by the error of its minimum energy. Do they end in the same place? The two structures may be turned against each other, so they are aligned first.

# %%
from ase.build import minimize_rotation_and_translation

from forcefield.evaluation import report

minimize_rotation_and_translation(relaxed["EMT"], relaxed["model"])
apart = np.linalg.norm(relaxed["model"].positions - relaxed["EMT"].positions, axis=1).max()
gap = 1e3 * abs(energies["model"][-1] - energies["EMT"][-1])
report("difference of the two minimum energies", gap, "meV/atom", at_most=1)
report("largest distance between the two positions of an atom", apart, "Å", at_most=0.01)

# %% [markdown]
# The minimum itself was in no training set: the coldest frames are at 300 K.

# %% [markdown]
# ## 3. Vibrations
#
# Near the minimum the cluster vibrates in $3\cdot 13-6=33$ modes. Their frequencies come from the second derivatives of the energy, which ASE takes from differences of forces. No label told the model about curvature.

# %%
import tempfile

from ase.vibrations import Vibrations

frequencies = {}
for name in calculators:
    structure = with_calculator(relaxed[name], name)
    _ = BFGS(structure, logfile=None).run(fmax=1e-5)
    with tempfile.TemporaryDirectory() as folder:
        vibrations = Vibrations(structure, name=f"{folder}/modes", delta=0.01)
        vibrations.run()
        frequencies[name] = np.sort(vibrations.get_frequencies().real)[-33:]  # without moving and turning

# %%
figure, axes = plt.subplots(figsize=(7, 2.6))
for height, name in enumerate(calculators):
    axes.vlines(frequencies[name], height + 0.1, height + 0.9, color=colour_of[name], linewidth=1.5)
axes.set(xlabel="wave number of the vibration (1/cm)", yticks=[0.5, 1.5], yticklabels=list(calculators), ylim=(0, 2))
show(
    figure,
    "Vibrational spectra as vertical lines, one row for EMT and one for the model: groups of lines at the same places.",
)
deviation = 100 * np.abs(frequencies["model"] / frequencies["EMT"] - 1)
report("mean deviation of the frequencies", deviation.mean(), "%", at_most=3)
report("largest deviation", deviation.max(), "%", at_most=6)

# %% [markdown]
# Several lines fall together: the icosahedron is so symmetric that modes come in groups of 3, 4 and 5. The model keeps the groups, because its symmetries are exact.

# %% [markdown]
# ## 4. Dynamics at constant energy
#
# Newton's equations keep the total energy. A computer takes steps of a finite time $\Delta t$, and the energy wobbles; if forces and energy do not fit together, it drifts. This is the hardest simple test of a force field. We start both from one state at 300 K, at rest as a whole.

# %%
from ase.md.velocitydistribution import Stationary, ZeroRotation

from forcefield.systems import langevin

warm = langevin(cluster, EMT(), temperature=300, seed=5)
warm.run(400)
at_300 = warm.atoms.copy()
Stationary(at_300)
ZeroRotation(at_300)


# %%
def constant_energy(name, time_step, duration):
    """Time (ps) and total energy (meV/atom) along a trajectory; time step in fs, duration in ps."""
    atoms, energies = with_calculator(at_300, name), []
    dynamics = VelocityVerlet(atoms, time_step * units.fs)
    dynamics.attach(lambda: energies.append(1e3 * atoms.get_total_energy() / 13))
    dynamics.run(round(1e3 * duration / time_step))
    return np.arange(len(energies)) * time_step / 1e3, np.array(energies)


kept = {name: constant_energy(name, time_step=5, duration=10) for name in calculators}

# %%
figure, panels = plt.subplots(2, 1, figsize=(7, 3.8), sharex=True, sharey=True)
drift = {}
for axes, (name, (times, total)) in zip(panels, kept.items(), strict=True):
    drift[name], _ = np.polyfit(times, total, 1)
    axes.plot(times, total - total.mean(), color=colour_of[name], linewidth=0.6)
    axes.set(ylabel="meV/atom", title=name)
panels[1].set_xlabel("time (ps)")
show(
    figure,
    "Total energy about its mean over ten picoseconds, for EMT and the model: both wobble "
    "within a narrow band and neither drifts.",
)
for name in calculators:
    report(f"{name}, size of the drift", abs(drift[name]), "meV/atom/ps", at_most=0.1)

# %% [markdown]
# How large may the time step be? Verlet's method has an error of order $\Delta t^2$, so the wobble should quadruple when the step doubles.

# %%
time_steps = [5, 10, 20]
wobble = {name: [kept[name][1].std()] for name in calculators}
for name in calculators:
    wobble[name] += [constant_energy(name, time_step, 5)[1].std() for time_step in time_steps[1:]]

# %%
figure, axes = plt.subplots(figsize=(5.5, 3.2))
for name, style in (("EMT", "o-"), ("model", "x--")):
    axes.loglog(time_steps, wobble[name], style, color=colour_of[name], label=name)
axes.set(xlabel="time step (fs)", ylabel="standard deviation of the\ntotal energy (meV/atom)")
axes.set_xticks(time_steps, [str(step) for step in time_steps])
axes.minorticks_off()
axes.legend()
show(
    figure,
    "Wobble of the total energy against time step on logarithmic axes: EMT and the model lie on one rising line.",
)

# %%
slope, _ = np.polyfit(np.log(time_steps), np.log(wobble["model"]), 1)
report("slope, lower bound", slope, at_least=1.7)
report("slope, upper bound", slope, at_most=2.8)

# %% [markdown]
# The slope is close to 2, for both. The fastest vibration takes about 100 fs, and 5 fs is a twentieth of that: a safe step.

# %% [markdown]
# ### Explore: temperature and time step
#
# A short run at constant energy, 80 steps from the perfect cluster with drawn velocities, with EMT and with the model. How far does the total energy move?

# %%
from forcefield.explorers.dynamics import dynamics_explorer

dynamics_explorer(model)

# %% [markdown]
# | control | what it does |
# |---|---|
# | **Temperature (K)** | of the velocities at the start; about half of that kinetic energy soon turns into potential energy |
# | **Time step (fs)** | of velocity Verlet |
# | **Reset** | 300 K and 5 fs |
#
# The energy axis is straight up to 0.1 meV/atom and logarithmic beyond; what leaves it stays at its edge. A picture comes when you let go of a handle, or press an arrow key.
#
# **Try:**
#
# - Double the time step from 5 to 10 to 20 fs. By what factor does the swing grow, and why?
# - Find the largest time step at which EMT still keeps its energy. Is it the same for the model? Which property of the cluster sets it?
# - At that step, raise the temperature. Why do hot atoms need shorter steps?

# %% [markdown]
# ## 5. Heating, and the edge of the data
#
# Does the cluster melt? *Lindemann's index* is the relative scatter of the distances between atoms, averaged over all pairs:
# $\delta = \langle\, \sqrt{\langle r_{ij}^2\rangle - \langle r_{ij}\rangle^2}\,/\,\langle r_{ij}\rangle \,\rangle_{\text{pairs}}$. In a solid, atoms swing about their places, and $\delta$ is below about 0.1. In a melt they change places, and it is larger.

# %%
pairs = np.triu_indices(13, 1)


def heated(name, temperature, steps=800):
    """Frames every 25 fs along 4 ps in a heat bath, after 1 ps to warm up."""
    dynamics, frames = langevin(cluster, calculators[name], temperature, seed=(1, temperature)), []
    dynamics.run(200)
    dynamics.attach(lambda: frames.append(dynamics.atoms.copy()), interval=5)
    dynamics.run(steps)
    return frames


def distances(frames):
    """Distances of all pairs of atoms, (n_frames, 78), Å."""
    return np.array([frame.get_all_distances()[pairs] for frame in frames])


def lindemann(frames):
    """Lindemann's index, no unit."""
    return (distances(frames).std(axis=0) / distances(frames).mean(axis=0)).mean()


# %%
runs = {(name, temperature): heated(name, temperature) for temperature in (300, 1500) for name in ("EMT", "model")}

# %%
figure, panels = plt.subplots(1, 2, figsize=(8, 3), sharex=True)
for (name, temperature), frames in runs.items():
    axes = panels[int(temperature == 1500)]
    shares, edges = np.histogram(distances(frames), bins=np.arange(2, 16, 0.1), density=True)
    axes.plot(edges[:-1] + 0.05, shares, {"EMT": "-", "model": "--"}[name], color=colour_of[name], label=name)
    axes.set(title=f"{temperature} K", xlabel="distance of two atoms (Å)")
panels[0].set_ylabel("share of pairs (1/Å)")
panels[0].legend()
show(
    figure,
    "Distribution of the distances between atoms, EMT and model. At 300 K the curves coincide. "
    "At 1500 K the model's curve has a long tail at large distances that EMT's has not.",
)

# %% [markdown]
# At 300 K the two agree. At 1500 K the model goes wrong: its atoms drift far apart, into shapes that EMT never visits. The model was trained up to 900 K. It gives an energy for *any* structure, sensible or not, and where that energy is wrong and low, the atoms go and stay. Ask both about the model's last frame:

# %%
farthest = {name: distances(runs[name, 1500]).max() for name in ("EMT", "model")}
report("largest distance of two atoms at 1500 K, EMT", farthest["EMT"], "Å", at_most=11)
report("largest distance of two atoms at 1500 K, model", farthest["model"], "Å", at_least=11)
last = runs["model", 1500][-1]
seen = {name: with_calculator(last, name).get_potential_energy() for name in ("EMT", "model")}
report("energy of the model's last frame, EMT minus model", seen["EMT"] - seen["model"], "eV", at_least=4)

# %% [markdown]
# Nothing warned us: the model takes this heap for a fine structure of low energy. Its force error on the frames of EMT's own 1500 K trajectory tells the same; lesson 6 found at most 12 meV/Å on frames like those it had learned from.

# %%
from forcefield.descriptors import describe
from forcefield.evaluation import mean_absolute_error
from forcefield.systems import label, sample_blocks

judges = runs["EMT", 1500][::4]
_, _, true_forces = label(judges, calculators["EMT"])
described = describe(soap, judges, attach=True)


def hot_error(any_model):
    """Force error (meV/Å) on frames of EMT's trajectory at 1500 K."""
    return 1e3 * mean_absolute_error(any_model.predict(*described)[1], true_forces)


before = hot_error(model)
report("force error at 1500 K", before, "meV/Å", at_least=60)

# %% [markdown]
# ## 6. A hundred more labels
#
# The remedy is data. 50 frames at 1200 K and 50 at 1500 K, with EMT labels, join the 200 old training frames. They come from trajectories with another seed than those we judge by.

# %%
from forcefield.dataset import Dataset

frames = []
for temperature in (1200, 1500):
    frames += sample_blocks(langevin(cluster, EMT(), temperature, seed=(7, temperature)), n_blocks=10, block_length=5)
hot = Dataset(*label(frames, EMT()), *describe(soap, frames, attach=True))
both = Dataset(*(np.concatenate([getattr(part, name) for part in (training, hot)]) for name in Dataset.ARRAYS))
print(len(training), "+", len(hot), "=", len(both), "training frames")

# %% [markdown]
# The fit goes on from the weights that we have; that takes fewer iterations than a fit from random ones.

# %%
from copy import deepcopy

from forcefield.training import fit

hot_model = deepcopy(model)
fit(hot_model, both, iterations=150)
calculators["hot model"] = ForceFieldCalculator(hot_model, soap, n_atoms=13)
after = hot_error(hot_model)
report("force error at 1500 K with 100 hot frames", after, "meV/Å", at_most=100)
report("before / after", before / after, at_least=1.4)

# %% [markdown]
# The error is lower and still far from that of the colder frames: a melt is diverse. Is it good enough to melt as EMT does? Now the whole way from 300 to 1500 K, EMT beside the new model, with the same random kicks of the heat bath.

# %%
temperatures = [300, 600, 900, 1200, 1500]
for temperature in temperatures:
    for name in ("EMT", "hot model"):
        if (name, temperature) not in runs:
            runs[name, temperature] = heated(name, temperature)
index = {name: [lindemann(runs[name, temperature]) for temperature in temperatures] for name in ("EMT", "hot model")}

# %%
figure, axes = plt.subplots(figsize=(6.5, 3.4))
old = [lindemann(runs["model", temperature]) for temperature in (300, 1500)]
axes.plot([300, 1500], old, "v", color=COLOURS["training"], label="model of lesson 6")
axes.plot(temperatures, index["EMT"], "o-", color=COLOURS["truth"], label="EMT")
axes.plot(temperatures, index["hot model"], "x--", color=COLOURS["model"], label="with 100 hot frames")
axes.set(xlabel="temperature (K)", ylabel="Lindemann's index", xticks=temperatures, ylim=(0, None))
axes.legend()
show(
    figure,
    "Lindemann's index against temperature. EMT and the model with hot frames rise together, slowly up to 900 K and "
    "more steeply above. The model of lesson 6 agrees at 300 K and is far too high at 1500 K.",
)

# %%
worst = np.abs(np.array(index["hot model"]) - index["EMT"]).max()
report("EMT, index at 300 K", index["EMT"][0], at_most=0.05)
report("EMT, index at 1500 K", index["EMT"][-1], at_least=0.12)
report("largest difference of the indices, model with hot frames", worst, at_most=0.06)

# %% [markdown]
# From 300 K, where atoms keep their places, to 1500 K, where they do not, the cluster melts, for EMT and for the new model alike. There is no sharp step: 13 atoms have no sharp melting point, and 4 ps are short, so single points scatter.
#
# Watch it: 24 pictures of the new model while the heat bath goes from 300 to 1500 K. Choose the slider and press the arrow keys.

# %%
from forcefield.viewer import film

dynamics = langevin(cluster, calculators["hot model"], 300, seed=3)
pictures, captions = [], []
for temperature in np.linspace(300, 1500, 24):
    dynamics.set_temperature(temperature_K=temperature)
    dynamics.run(50)
    pictures.append(dynamics.atoms.copy())
    captions.append(f"{temperature:.0f} K")
alt = "Thirteen copper atoms as discs in 24 pictures: at first one in the middle of twelve, later an irregular heap."
film(pictures, captions, "Heat bath from 300 to 1500 K, 24 pictures in 6 ps", alt)

# %% [markdown]
# ## Exercises
#
# **1.** How many steps of 5 fs does the fastest vibration take? Use `frequencies["model"].max()`; $c = 2.998\cdot 10^{-5}$ cm/fs.
#
# <details><summary>Solution</summary>
#
# ```python
# period = 1 / (frequencies["model"].max() * 2.998e-5)  # fs
# print(f"{period:.0f} fs, {period / 5:.0f} steps")
# ```
#
# A vibration of wave number $\tilde\nu$ has the frequency $c\tilde\nu$ and the period $1/(c\tilde\nu)$: about 107 fs, or 21 steps.
#
# </details>
#
# **2.** Does the model with hot frames still find the minimum? Relax `start` with it and compare with `energies["EMT"][-1]`.
#
# <details><summary>Solution</summary>
#
# ```python
# atoms = with_calculator(start, "hot model")
# BFGS(atoms, logfile=None).run(fmax=1e-3)
# print(1e3 * abs(atoms.get_potential_energy() / 13 - energies["EMT"][-1]), "meV/atom")
# ```
#
# It does, with an error of the same order as before: the old frames are still in its training set.
#
# </details>

# %% [markdown]
# ## Summary
#
# - As an ASE calculator, the model relaxes, vibrates and moves like any potential; its forces match finite differences to 1e-6 eV/Å.
# - Its minimum lies within 1 meV/atom and 0.01 Å of EMT's, its frequencies within 3 % in the mean.
# - At constant energy it drifts by at most 0.1 meV/atom/ps with steps of 5 fs; the wobble grows with the square of the step.
# - At 1500 K, beyond its data, it fails without a warning. 100 hot labels keep the atoms together: Lindemann's index is then within 0.06 of EMT's from 300 to 1500 K.

# %% [markdown]
# ## Questions
#
# **1.** The energy of a learned force field is conserved although its forces have errors of several meV/Å. How can that be?
#
# <details><summary>Answer</summary>
#
# Conservation asks only that the forces are the exact gradient of *some* energy, here the model's own. A wrong but consistent potential conserves its own energy. So conservation does not prove that the model is accurate.
#
# </details>
#
# **2.** The test error of lesson 6 was small, and yet the model failed at 1500 K. Was the test wrong?
#
# <details><summary>Answer</summary>
#
# No, but it answered another question: how good the model is on structures like those at 300 to 900 K. A test error says nothing about structures that are unlike the test set, and dynamics goes where it likes.
#
# </details>
#
# **3.** Why does it not help to look at the energy drift at 1500 K to notice the failure?
#
# <details><summary>Answer</summary>
#
# The model conserves its own energy there too. One has to look at the structures, or at a model that knows how sure it is.
#
# </details>

# %% [markdown]
# ## Next
#
# [Lesson 8](08_uncertainty.ipynb): a model that knows when it does not know, and chooses the labels it needs.
#
# Words and symbols: [Terminology](01_principle.ipynb#Terminology). Back to the map: [start here](00_start_here.ipynb).
