# %% [markdown]
# # 7. Dynamics
#
# **You will learn**
#
# - to hand your model to ASE as a calculator, and to test it as you would test any potential;
# - two ways to one gradient, forward and reverse mode, what each costs, and when each pays;
# - to relax a structure and to compute its vibrations with it;
# - to judge molecular dynamics by the drift of the energy, to choose a time step, and to know what this test does not show;
# - to heat a cluster until it melts, with several seeds and two lengths;
# - to find where a model goes wrong without a warning: hotter than its data, and in a search for minima.
#
# **You need** [lesson 6](06_many_atoms.ipynb) (the model of 13 copper atoms, the heat bath); Newton's second law.
#
# **Time** about 55 minutes of reading and running, 15 minutes of exercises; all cells run in under a minute.

# %% [markdown]
# ## 1. The model as a calculator
#
# In ASE, everything that moves atoms asks a *calculator* for energies and forces. If the model is one, all of ASE can use it, and nothing in ASE needs to know that it was learned. Labels and model of lesson 6 are found in `data/`, or made again.

# %%
import numpy as np

from forcefield.lesson import start_lesson
from forcefield.plots import COLOURS, show
from forcefield.prepared import copper_dataset, copper_model, copper_split

start_lesson()
data = copper_dataset()
model = copper_model(data)
training_rows, _, test_rows = copper_split()
training_set = data[training_rows]  # 200 frames that it was fitted to
test_set = data[test_rows]  # 300 others
del data  # the derivatives take 122 MB and need not be there twice

# %%
from ase.calculators.emt import EMT

from forcefield.calculator import ForceFieldCalculator
from forcefield.sampling import copper_cluster

calculators = {"EMT": EMT(), "model": ForceFieldCalculator(model, n_atoms=13)}
colour_of = {"EMT": COLOURS["truth"], "model": COLOURS["model"]}


# %%
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
# The model's file holds its descriptor, so the calculator needs nothing else. Before use, ASE's own check: forces against finite differences of the energy, for all 39 coordinates of a rattled cluster.

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
# ### Two ways to one gradient
#
# The force on atom $a$ is $F_a = -\sum_{c,k} \frac{dE}{dD_{ck}}\,\frac{dD_{ck}}{dr_a}$, summed over the centres $c$ and the features $k$. So far we have formed the whole tensor $dD/dr$ first: centres × atoms × 3 × features. For 1,000 atoms and 50 features it has 150 million numbers, of which the forces keep 3,000. **Is it needed?**
#
# Two atoms are enough to see it. Their vector gives three coefficients $c_n = e^{-a_n r^2}$, the descriptor $D$ is their six products, and a model turns it into an energy.

# %%
two = np.array([[0.0, 0.0, 0.0], [1.2, 0.5, -0.4]])  # positions, Å
exponents = np.array([0.1, 0.3, 0.9])  # 1/Å^2
weights = np.array([0.5, -1.0, 0.8, 0.3, -0.6, 0.4])  # eV
n, m = np.triu_indices(3)

vector = two[1] - two[0]
c = np.exp(-exponents * (vector @ vector))  # (3,)
D = c[n] * c[m]  # (6,)
energy = np.tanh(weights @ D)
dE_dD = weights * (1 - energy**2)  # (6,)

# %% [markdown]
# **Forward mode** starts at the coordinates. Each step is differentiated by all six of them, one row for each coordinate, and the rows are carried along to the end.

# %%
dr2_dx = 2 * np.concatenate([-vector, vector])  # (6,): r^2 by the six coordinates
dc_dx = -exponents * c * dr2_dx[:, None]  # (6, 3)
dD_dx = dc_dx[:, n] * c[m] + c[n] * dc_dx[:, m]  # (6, 6): the tensor
forward = -dD_dx @ dE_dD

# %% [markdown]
# **Reverse mode** starts at the energy. Each step asks only: how does the energy change with *this* number? There is one answer for each number on the way, however many coordinates there are.

# %%
dE_dc = np.bincount(n, dE_dD * c[m]) + np.bincount(m, dE_dD * c[n])  # (3,)
dE_dr2 = dE_dc @ (-exponents * c)  # one number
slope = 2 * dE_dr2 * vector  # (3,): dE/d(vector)
reverse = np.concatenate([slope, -slope])  # a force is -dE/dr

assert np.allclose(forward, reverse, atol=1e-15)
print("the same forces")
print("numbers on the way:", dc_dx.size + dD_dx.size, "forward,", dE_dc.size + 1, "reverse")

# %% [markdown]
# Both are the chain rule, multiplied from its two ends. (`backward()` of torch, in lesson 3, is reverse mode too.) The package has both for SOAP: `describe` gives the tensor, and `ReverseSoap` sends $dE/dD$ back through products and coefficients to the vector of every pair of atoms. What is lost?

# %%
from forcefield.descriptors import describe
from forcefield.reverse_soap import ReverseSoap

soap = calculators["model"].soap
reverse_soap, frozen = ReverseSoap(soap), model.frozen()


def by_tensor(structure):
    """Forces (n_atoms, 3) through the tensor, eV/Å; of 100 centres at a time, to save memory."""
    forces = np.zeros((len(structure), 3))
    for centers in np.split(np.arange(len(structure)), range(100, len(structure), 100)):
        descriptors, tensor = describe(soap, [structure], centers, attach=True)
        _, gradients = frozen(descriptors[0])  # dE/dD, (n_centers, n_features)
        forces -= np.einsum("ck,caxk->ax", gradients, tensor[0])
    return forces


# %%
lost = np.abs(reverse_soap.evaluate(rattled, frozen)[1] - by_tensor(rattled)).max()
print("largest difference below 1e-10 eV/Å:", lost < 1e-10)
assert lost < 1e-10

# %% [markdown]
# Nothing is lost. **What do you expect of the cost** when there are more atoms? Clusters of 13, 55, 147 and 309, and the processor's time for the forces by each way:

# %%
import time

from ase.cluster import Icosahedron


def milliseconds(function, repeats=1):
    """Best processor time of three, for one of `repeats`."""
    times = []
    for _ in range(3):
        start = time.process_time()
        for _ in range(repeats):
            function()
        times.append(time.process_time() - start)
    return 1e3 * min(times) / repeats


# %%
sizes, cost = [], {"tensor": [], "reverse": []}
for shells in (2, 3, 4, 5):
    atoms = Icosahedron("Cu", shells)
    sizes.append(len(atoms))
    cost["tensor"].append(milliseconds(lambda atoms=atoms: by_tensor(atoms)))
    cost["reverse"].append(milliseconds(lambda atoms=atoms: reverse_soap.evaluate(atoms, frozen)))
    print(f"{len(atoms)} atoms: a tensor of {len(atoms) ** 2 * 3 * 50 * 8 / 1e6:.1f} MB")
    for way, times in cost.items():
        print(f"    {way}: {times[-1] / 1e3:.4f} s (this machine)")

# %% jupyter={"source_hidden": true} tags=["hide-input"]
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(6, 3))
for way, marker, role in (("tensor", "o-", "baseline"), ("reverse", "x--", "model")):
    axes.loglog(sizes, cost[way], marker, color=COLOURS[role], label={"reverse": "reverse mode"}.get(way, way))
axes.set(xlabel="number of atoms", ylabel="forces of one structure,\nprocessor time (ms)")
axes.set_xticks(sizes, [str(size) for size in sizes])
axes.minorticks_off()
axes.legend()
show(
    figure,
    "Processor time of the forces against the number of atoms on logarithmic axes, from 13 to 309. The line of the "
    "tensor is above that of reverse mode and rises more steeply.",
)

# %% [markdown]
# Reverse mode is faster for every size, and the lines move apart. From 147 to 309 atoms, 2.1 times as many, its time grows about as the number of atoms, because there are about twice as many pairs within the radius. The tensor's memory grows by 4.4, the square: every pair of atoms has its place, although most of the numbers are zero as soon as most atoms are beyond the radius of each other. 1,000 atoms would need 1,200 MB. That is why codes for large systems never form it. In a crystal the sums over pairs also give the **stress**, the derivative of the energy by the strain of the cell, which lesson 9 uses.
#
# When does the tensor pay? In a fit, descriptors stay as they are while the weights change, and every iteration needs the forces of every frame. The tensor is made once; then a product with it is all that an iteration takes:

# %%
descriptors, tensor = describe(soap, [rattled], attach=True)
gradients = frozen(descriptors[0])[1]
flat = tensor[0].transpose(1, 2, 0, 3).reshape(39, -1).copy()
parts = {
    "tensor, made once": lambda: describe(soap, [rattled], attach=True),
    "product with it": lambda: flat @ gradients.ravel(),
    "reverse mode": lambda: reverse_soap.evaluate(rattled, frozen),
}
for name, part in parts.items():
    print(f"{name}: {milliseconds(part, 50) / 1e3:.6f} s (this machine)")

# %% [markdown]
# After a few iterations the tensor has paid, as long as all frames' tensors fit into the memory: many iterations on few, small frames. In dynamics every structure is new, and reverse mode wins from the first step.
#
# ### What a step costs
#
# Below are the processor's times for one step of dynamics with EMT and with the model, for the model's forces in reverse mode within it, and for the tensor that a step no longer needs. The steps are those of **velocity Verlet**, which section 4 explains.

# %%
from ase import units
from ase.md.verlet import VelocityVerlet

moving = {name: VelocityVerlet(with_calculator(rattled, name), 5 * units.fs) for name in calculators}
costs = {f"step with {name}": milliseconds(moving[name].step, 100) for name in calculators}
costs["forces in\nreverse mode"] = milliseconds(lambda: reverse_soap.evaluate(rattled, frozen), 100)
costs["tensor alone"] = milliseconds(lambda: describe(soap, [rattled], attach=True), 100)

# %% jupyter={"source_hidden": true} tags=["hide-input"]
figure, axes = plt.subplots(figsize=(7, 2.6))
bars = axes.barh(list(costs), costs.values(), color=[COLOURS[role] for role in ("truth", "model", "model", "light")])
axes.bar_label(bars, fmt="%.2f ms", padding=4)
axes.set(xlabel="processor time (ms)", xlim=(0, 1.25 * max(costs.values())))
show(
    figure,
    "Four bars: the time of one step with EMT, of one step with the model, of the model's forces in reverse mode, which "
    "make up most of its step, and of the tensor of derivatives alone, which is longer than the whole step.",
)

# %% [markdown]
# Most of a step is the way forward to the energy and back to the forces; the rest is ASE's own work and a few checks. (EMT is a fast potential written in Python; a quantum-mechanical calculation takes seconds to hours.)

# %% [markdown]
# ## 2. Relaxation
#
# Rattle the cluster by 0.15 Å and let both potentials find their minimum with the same optimiser: **BFGS** (Broyden, Fletcher, Goldfarb, Shanno), which learns the curvature of the energy from the changes of the forces along its way, and steps to where they should vanish.

# %%
from ase.optimize import BFGS

start = cluster.copy()
start.rattle(0.15, rng=np.random.default_rng(1))
relaxed, energies = {}, {}
for name in calculators:
    relaxed[name] = atoms = with_calculator(start, name)
    steps = BFGS(atoms, logfile=None).irun(fmax=1e-3)
    energies[name] = [atoms.get_potential_energy() / 13 for _ in steps]

# %% jupyter={"source_hidden": true} tags=["hide-input"]
figure, axes = plt.subplots(figsize=(6, 3))
for name, style in (("EMT", "o-"), ("model", "x--")):
    axes.semilogy(np.array(energies[name]) - energies["EMT"][-1] + 1e-5, style, color=colour_of[name], label=name)
axes.set(xlabel="step of the optimiser", ylabel="energy above EMT's\nminimum + 0.00001 (eV/atom)")
axes.legend()
show(
    figure,
    "Energy against optimiser step for EMT and the model: the two curves fall together by several orders of magnitude.",
)

# %% [markdown]
# The curves fall together; they level off at the 0.00001 eV/atom that was added, so that there is a logarithm at the minimum itself. Do they end in the same place? The two structures may be turned against each other, so they are aligned first.

# %%
from ase.build import minimize_rotation_and_translation

from forcefield.evaluation import report

minimize_rotation_and_translation(relaxed["EMT"], relaxed["model"])
apart = np.linalg.norm(relaxed["model"].positions - relaxed["EMT"].positions, axis=1).max()
gap = 1e3 * abs(energies["model"][-1] - energies["EMT"][-1])
report("difference of the two minimum energies", gap, "meV/atom", at_most=0.001)
report("largest distance between the two positions of an atom", apart, "Å", at_most=0.00002)

# %% [markdown]
# The minimum itself was in no training set: the coldest frames are at 300 K.

# %% [markdown]
# ## 3. Vibrations
#
# Near the minimum the cluster vibrates in $3\cdot 13-6=33$ modes. Their frequencies come from the second derivatives of the energy, which ASE takes from differences of forces. No label is a second derivative, but a curvature is a difference of forces, and the 200 training frames hold 7,800 of them. How well are they interpolated?

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
        frequencies[name] = np.sort(vibrations.get_frequencies().real)[-33:]  # without 6 of zero

# %% jupyter={"source_hidden": true} tags=["hide-input"]
figure, axes = plt.subplots(figsize=(7, 2.6))
for height, name in enumerate(calculators):
    axes.vlines(frequencies[name], height + 0.1, height + 0.9, color=colour_of[name], linewidth=1.5)
axes.set(xlabel="wave number of the vibration (1/cm)", yticks=[0.5, 1.5], yticklabels=list(calculators), ylim=(0, 2))
show(
    figure,
    "Vibrational spectra as vertical lines, one row for EMT and one for the model: groups of lines at the same places.",
)

# %%
deviation = 100 * np.abs(frequencies["model"] / frequencies["EMT"] - 1)
report("mean deviation of the frequencies", deviation.mean(), "%", at_most=0.03)
report("largest deviation", deviation.max(), "%", at_most=0.06)

# %% [markdown]
# Several lines fall together. The icosahedron is so symmetric that modes come in groups of equal frequency. How many are in each?

# %%
def group_sizes(frequencies):
    """Sizes of groups of frequencies that differ by less than 0.5 1/cm, from low to high."""
    ends = np.flatnonzero(np.diff(frequencies) > 0.5) + 1
    return [len(group) for group in np.split(frequencies, ends)]


# %%
for name in calculators:
    print(f"{name:5}", group_sizes(frequencies[name]))
assert group_sizes(frequencies["model"]) == group_sizes(frequencies["EMT"])

# %% [markdown]
# The model keeps the groups, because its symmetries are exact. (The single mode, in the last group but one, is the cluster breathing: all atoms out, all atoms in.)

# %% [markdown]
# ## 4. Dynamics at constant energy
#
# Newton's equations keep the total energy, kinetic and potential. A computer takes steps of a finite time $\Delta t$. **Velocity Verlet** does so: half a step for the velocities with the old forces, a whole step for the positions with these velocities, half a step for the velocities with the new forces. The total energy then oscillates
# a little; if forces are not the exact slope of the energy, it drifts. We start both potentials from one state at 300 K, at rest as a whole.

# %%
from ase.md.velocitydistribution import Stationary, ZeroRotation

from forcefield.sampling import langevin

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


# %%
kept = {name: constant_energy(name, time_step=5, duration=3) for name in calculators}

# %% jupyter={"source_hidden": true} tags=["hide-input"]
figure, panels = plt.subplots(2, 1, figsize=(7, 3.8), sharex=True, sharey=True)
for axes, (name, (times, total)) in zip(panels, kept.items(), strict=True):
    axes.plot(times, total - total.mean(), color=colour_of[name], linewidth=0.6)
    axes.set(ylabel="meV/atom", title=name)
panels[1].set_xlabel("time (ps)")
show(
    figure,
    "Total energy about its mean over three picoseconds, for EMT and the model: both oscillate "
    "within a narrow band and neither drifts.",
)


# %%
def drift(times, total):
    """Slope of a straight line through the total energy, meV/atom/ps."""
    return np.polyfit(times, total, 1)[0]


for name in calculators:
    report(f"{name}, size of the drift", abs(drift(*kept[name])), "meV/atom/ps", at_most=0.02)

# %% [markdown]
# **What has this test shown?** That the forces are the slope of *some* energy, not that it is the right one. To see it, take a model that is hardly fitted, three iterations, and let it run in the same way.

# %%
from forcefield.training import train

SETTINGS = {
    "hidden_units": (8,),
    "scaling": "square_root",
    "method": "levenberg_marquardt",
    "force_weight": 10,
}
rough, _ = train(training_set[::4], seed=0, iterations=3, **SETTINGS)
calculators["rough"] = ForceFieldCalculator(rough)

# %%
from forcefield.evaluation import mean_absolute_error


def force_error(any_model, frames):
    """Mean absolute error of the forces, meV/Å."""
    _, forces = any_model.predict(frames.descriptors, frames.derivatives)
    return 1e3 * mean_absolute_error(forces, frames.forces)


# %%
rough_error, good_error = force_error(rough, test_set), force_error(model, test_set)
rough_drift = abs(drift(*constant_energy("rough", time_step=5, duration=3)))
report("the model, force error on test frames", good_error, "meV/Å", at_least=0.04, at_most=1)
report("hardly fitted, force error on test frames", rough_error, "meV/Å", at_least=7, at_most=200)
report("hardly fitted, size of the drift", rough_drift, "meV/atom/ps", at_most=0.02)

# %% [markdown]
# Its forces are wrong by more than a hundred times as much, and it keeps its energy just as well. What, then, *would* show a drift? Forces that are the slope of no energy. Add to the good model's forces a push of each atom around the z axis, 0.001 eV/Å for every ångström from the axis: at most some 3 meV/Å.

# %%
class Turning(ForceFieldCalculator):
    """A model with forces that belong to no energy."""

    def calculate(self, *arguments):
        super().calculate(*arguments)
        x, y, _ = self.atoms.positions.T
        if "forces" in self.results:
            self.results["forces"] += 0.001 * np.stack([-y, x, 0 * x], axis=1)


calculators["turning"] = Turning(model)
turning_drift = abs(drift(*constant_energy("turning", time_step=5, duration=3)))
report("forces of no energy, size of the drift", turning_drift, "meV/atom/ps", at_least=0.2, at_most=5)

# %% [markdown]
# Forces far nearer to the true ones than the hardly fitted model's, and a drift far above the bound of 0.02. **Conservation tests consistency and nothing else.** A force field that fails it is useless; one that passes may be any.

# %% [markdown]
# How large may the time step be? Verlet's method has an error of order $\Delta t^2$, so the oscillation should quadruple when the step doubles.

# %%
time_steps = [5, 10, 20]
swing = {name: [total.std()] for name, (_, total) in kept.items()}
for name in swing:
    swing[name] += [constant_energy(name, time_step, 3)[1].std() for time_step in time_steps[1:]]

# %% jupyter={"source_hidden": true} tags=["hide-input"]
figure, axes = plt.subplots(figsize=(5.5, 3.2))
for name, style in (("EMT", "o-"), ("model", "x--")):
    axes.loglog(time_steps, swing[name], style, color=colour_of[name], label=name)
axes.set(xlabel="time step (fs)", ylabel="standard deviation of the\ntotal energy (meV/atom)")
axes.set_xticks(time_steps, [str(step) for step in time_steps])
axes.minorticks_off()
axes.legend()
show(
    figure,
    "Standard deviation of the total energy against time step on logarithmic axes: EMT and the model lie on one rising line.",
)

# %%
slope, _ = np.polyfit(np.log(time_steps), np.log(swing["model"]), 1)
report("slope of the model's line", slope, at_least=1.6, at_most=2.8)

# %% [markdown]
# The slope of the model's line is close to 2, and EMT's points lie on it. The fastest vibration takes about 100 fs, and 5 fs is a twentieth of that: a safe step.

# %% [markdown]
# ### Explore: temperature and time step
#
# A short run at constant energy, 300 fs from the perfect cluster with drawn velocities, with EMT and with the model. How far does the total energy move?

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
# The energy axis is straight up to 0.1 meV/atom and logarithmic beyond; what leaves it stays at its edge. The atoms at the end of the run stand beside it: discs are EMT's, dots the model's.
#
# **Try:**
#
# - Double the time step from 5 to 10 to 20 fs. By what factor does the swing grow, and why?
# - Find the largest time step at which EMT still keeps its energy. Is it the same for the model? Which property of the cluster sets it?
# - At that step, raise the temperature. Why do hot atoms need shorter steps?
#
# <details><summary>Answers</summary>
#
# - By about four, because the error of a Verlet step grows with the square of its length.
# - It is about the same for both: the limit is set by the fastest vibration, which both have at about 313 1/cm, a period of 106 fs. Above a third of it ($\Delta t > $ period$/\pi$) Verlet's steps grow without end.
# - Hot atoms run further up the steep side of the potential, where the curvature is higher, and so is the frequency.
#
# </details>

# %% [markdown]
# ## 5. Heating
#
# Does the cluster melt? **Lindemann's index** is the relative scatter of the distance of two atoms, its standard deviation over time divided by its mean, averaged over all pairs:
# $\delta = \langle\, \sqrt{\langle r_{ij}^2\rangle - \langle r_{ij}\rangle^2}\,/\,\langle r_{ij}\rangle \,\rangle_{\text{pairs}}$. In a solid, atoms vibrate about their places, and $\delta$ is below about 0.1. In a melt they change places, and it is larger.

# %%
pairs = np.triu_indices(13, 1)


# %%
def heated(name, temperature, seed, duration=1):
    """Frames every 25 fs along some ps in a heat bath, after 0.5 ps to warm up."""
    dynamics, frames = langevin(cluster, calculators[name], temperature, seed=(seed, temperature)), []
    dynamics.run(100)
    dynamics.attach(lambda: frames.append(dynamics.atoms.copy()), interval=5)
    dynamics.run(200 * duration)
    return frames


# %%
def distances(frames):
    """Distances of all pairs of atoms, (n_frames, 78), Å."""
    return np.array([frame.get_all_distances()[pairs] for frame in frames])


def lindemann(distances):
    """Lindemann's index of the distances of all pairs, no unit."""
    return (distances.std(axis=0) / distances.mean(axis=0)).mean()


# %% [markdown]
# A molecular-dynamics run is chaotic: the smallest difference, another order of a sum on another processor, grows until two runs have nothing in common but their averages. So **nothing may be concluded from one run**. We take three seeds of the heat bath at each temperature, and other seeds for each potential: with the same seeds they would get the same pushes, and cold runs would be one run. The hardly fitted model of section 4 runs too. The index is taken over 1 ps; the runs at 1500 K go on, for the question after this one.

# %%
temperatures = (300, 900, 1500)
seeds = {"EMT": (1, 2, 3), "model": (4, 5, 6), "rough": (7, 8, 9)}
heatings = [(name, kelvin, seed) for name in seeds for kelvin in temperatures for seed in seeds[name]]
frames = {}
for name, kelvin, seed in heatings:
    long = kelvin == 1500 and name != "rough"
    frames[name, kelvin, seed] = heated(name, kelvin, seed, duration=4 if long else 1)  # ps
runs = {heating: distances(frames[heating]) for heating in heatings}  # (n_frames, 78), Å
index = {heating: lindemann(run[:40]) for heating, run in runs.items()}  # of 1 ps
doubled = lindemann(2 * runs["EMT", 300, 1])
assert np.isclose(doubled, index["EMT", 300, 1])  # a ratio: twice as large a cluster has the same index

# %% jupyter={"source_hidden": true} tags=["hide-input"]
figure, panels = plt.subplots(1, 2, figsize=(7.5, 3.2))
colour_of["rough"] = COLOURS["baseline"]
for shift, name, marker in ((-25, "EMT", "o"), (0, "model", "x"), (25, "rough", "+")):
    points = np.array([[index[name, temperature, seed] for temperature in temperatures] for seed in seeds[name]])
    panels[0].plot(np.array(temperatures) + shift, points.T, marker, color=colour_of[name])
    panels[0].plot(temperatures, points.mean(axis=0), color=colour_of[name], label=f"{name}, mean of 3")
    if name == "rough":
        continue
    hot = np.concatenate([runs[name, 1500, seed] for seed in seeds[name]])
    shares, edges = np.histogram(hot, bins=np.arange(1.5, 12, 0.1), density=True)
    panels[1].plot(edges[:-1] + 0.05, shares, {"EMT": "-", "model": "--"}[name], color=colour_of[name], label=name)
panels[0].set(xlabel="temperature (K)", ylabel="Lindemann's index", xticks=temperatures, ylim=(0, None))
panels[1].set(xlabel="distance of two atoms at 1500 K (Å)", ylabel="share of pairs (1/Å)")
for axes in panels:
    axes.legend()
show(
    figure,
    "Left: Lindemann's index of three runs each at 300, 900 and 1500 K, for EMT, the model and the hardly fitted model, rising together. "
    "Right: distribution of the distances of two atoms at 1500 K, where both curves agree.",
)


# %%
def mean_index(name, temperature):
    """Mean over the seeds."""
    return np.mean([index[name, temperature, seed] for seed in seeds[name]])


# %%
ranges = {300: (0.016, 0.07), 900: (0.034, 0.15), 1500: (0.05, 0.22)}
for temperature, (low, high) in ranges.items():
    for name in seeds:
        value = mean_index(name, temperature)
        report(f"{name}, index at {temperature} K", value, at_least=low, at_most=high)

# %% [markdown]
# From 300 K, where atoms keep their places, to 1500 K, where they do not, 600 K above the hottest frame of its training set, the model's mean index differs from EMT's by no more than the seeds of one potential differ. So does that of the hardly fitted model, with forces more than a hundred times as wrong: the index is a coarse measure, and agreement in it says little. There is no sharp step: 13 atoms have no sharp melting point.
#
# **Is 1 ps long enough?** Only longer runs can tell. Those at 1500 K went on to 4 ps:

# %%
long_runs = {name: [runs[name, 1500, seed] for seed in seeds[name]] for name in ("EMT", "model")}
for name in long_runs:
    whole = np.mean([lindemann(run) for run in long_runs[name]])
    windows = np.mean([lindemann(part) for run in long_runs[name] for part in np.split(run[:160], 4)])
    report(f"{name}, index of 4 ps at 1500 K", whole, at_least=0.07, at_most=0.34)
    report(f"{name}, the same runs cut into 1 ps, mean of 12", windows, at_least=0.05, at_most=0.22)
    report(f"{name}, 4 ps divided by 1 ps", whole / windows, at_least=1.15, at_most=3)

# %% [markdown]
# The same frames have a larger index when they count as one run of 4 ps than as four of 1 ps, for EMT as for the model. That is not scatter but **bias**: the more time atoms have to change places, the wider their distances spread. An index means something only beside its time, and two of them may be compared only at equal times.
#
# Watch it: 24 pictures of the model while the heat bath goes from 300 to 1500 K. Choose the slider and press the arrow keys.

# %%
from forcefield.viewer import film

dynamics = langevin(cluster, calculators["model"], 300, seed=3)
pictures, captions = [], []
for temperature in np.linspace(300, 1500, 24):
    dynamics.set_temperature(temperature_K=temperature)
    dynamics.run(25)
    pictures.append(dynamics.atoms.copy())
    captions.append(f"{temperature:.0f} K")
alt = "Copper atoms as discs in 24 pictures: at first one in the middle of twelve, later a heap."
film(pictures, captions, "Heat bath from 300 to 1500 K, 24 pictures in 3 ps", alt)

# %% [markdown]
# ## 6. The edge of the data
#
# So all is well at 1500 K? Ask about forces. On test frames from 300 to 900 K their error is small (section 4). **What do you expect** at 1500 K?

# %%
from forcefield.dataset import Dataset
from forcefield.prepared import copper_soap

hot_frames = [frame for seed in seeds["EMT"] for frame in frames["EMT", 1500, seed][::16]]
hot_set = Dataset.from_structures(hot_frames, copper_soap(), attach=True, calculator=EMT())
hot_error = force_error(model, hot_set)
report("force error on three trajectories of EMT at 1500 K", hot_error, "meV/Å", at_least=2, at_most=30)
report("divided by that on test frames", hot_error / good_error, at_least=10, at_most=200)

# %% [markdown]
# Tens of times larger. The averages of section 5 forgave it. Nothing says that they always will. Take away more data: two models fitted to 20 frames of 300 K, as somebody may have who samples at room temperature and then heats.

# %%
from forcefield.sampling import copper_blocks
from forcefield.splits import equally_spaced

cold_set = training_set[copper_blocks()[0][training_rows] == 300]
cold_set = cold_set[equally_spaced(len(cold_set), 20)[0]]
cold_test = test_set[copper_blocks()[0][test_rows] == 300]
for seed in (0, 1):
    cold_model, _ = train(cold_set, seed=seed, iterations=40, **SETTINGS)
    calculators[f"cold {seed}"] = ForceFieldCalculator(cold_model, n_atoms=13)
    print("seed", seed)
    report("  on test frames at 300 K", force_error(cold_model, cold_test), "meV/Å", at_most=4)
    report("  at 1500 K", force_error(cold_model, hot_set), "meV/Å", at_least=40, at_most=800)

# %% [markdown]
# Three runs of each at 1500 K, of 4 ps after warming up. We compare with the runs of section 5. A run has **failed** if two atoms come closer than 1.5 Å or further apart than 12 Å; EMT's runs do neither.

# %%
def failed(run):
    """Whether two atoms came too close or flew apart."""
    return run.min() < 1.5 or run.max() > 12


cold = [heated(f"cold {k}", 1500, seed, duration=4) for k in (0, 1) for seed in (1, 2, 3)]
cold_runs = [distances(frames) for frames in cold]

# %% jupyter={"source_hidden": true} tags=["hide-input"]
figure, axes = plt.subplots(figsize=(7, 3.2))
for run in cold_runs:
    (line,) = axes.plot(np.arange(len(run)) * 0.025, run.max(axis=1), color=COLOURS["training"], linewidth=1)
line.set_label("20-frame models, 6 runs")
for name in long_runs:
    for run in long_runs[name]:
        (line,) = axes.plot(np.arange(len(run)) * 0.025, run.max(axis=1), color=colour_of[name], linewidth=1)
    line.set_label(f"{name}, 3 runs")
axes.axhline(12, color=COLOURS["baseline"], linestyle=":")
axes.set(xlabel="time after 0.5 ps (ps)", ylabel="longest distance of two atoms (Å)", ylim=(4, 20))
axes.legend(loc="upper right")
show(
    figure,
    "Longest distance of two atoms against time at 1500 K. The runs of EMT and of the model stay below twelve ångström. Most runs of the models "
    "that saw 20 frames of 300 K rise above twelve.",
)

# %%
longest = {name: max(run.max() for run in long_runs[name]) for name in long_runs}
report("EMT, longest distance in 3 runs", longest["EMT"], "Å", at_least=5, at_most=12)
report("model of all temperatures, the same", longest["model"], "Å", at_least=5, at_most=12)
report("runs of the 20-frame models that failed, of 6", sum(map(failed, cold_runs)), at_least=1)

# %% [markdown]
# The models fail in several runs, each at a time of its own, and **nothing warned us**. They give an energy for *any* structure, sensible or not. Where that energy is wrong and low, the atoms go and stay; at constant energy they keep their total energy there as well as anywhere (exercise 3), and their test error at 300 K is small.
#
# And the model of all temperatures? Its runs above do not fail. How it fares in longer ones, with other seeds of its weights and of the heat bath, `python tests/benchmark_dynamics.py` prints (some minutes). A test error says nothing about that.

# %% [markdown]
# ## 7. Minima that do not exist
#
# Dynamics goes where it is pushed. A search goes wherever the energy is low, and so it finds a model's errors. **Basin hopping** looks for the lowest minimum: move all atoms at random, relax, accept the new minimum or refuse it by its energy as at a temperature, and again.
#
# Relaxing is done by ASE's FIRE (dynamics that brakes when it runs uphill). If two atoms come within 0.1 Å, the calculator refuses; what was reached before is kept.

# %%
from ase.optimize import FIRE


# %%
def relax(structure, calculator):
    """Relaxed structure and its energy (eV)."""
    atoms = structure.copy()
    atoms.calc = calculator
    try:
        for _ in FIRE(atoms, logfile=None).irun(fmax=0.05, steps=150):
            kept = atoms.copy(), atoms.get_potential_energy()
    except ValueError:
        pass  # two atoms in one place
    return kept


# %%
def hops(calculator, n_hops, seed, thermal_energy=0.8):
    """Structures and energies (eV) of the minima after random moves of up to 1 Å along each axis.

    A higher minimum is accepted by Metropolis's rule; 0.8 eV is 9000 K, to leave minima easily.
    """
    generator, minima = np.random.default_rng(seed), []
    here, energy = relax(cluster, calculator)
    for _ in range(n_hops):
        moved = here.copy()
        moved.positions += generator.uniform(-1, 1, (13, 3))
        minima.append(relax(moved, calculator))
        if generator.random() < np.exp(min(0, (energy - minima[-1][1]) / thermal_energy)):
            here, energy = minima[-1]
    return minima


# %% [markdown]
# `forcefield.search` has the same. Searches of ten hops, four with the model and two with each of the others, and each minimum judged by EMT:

# %%
from forcefield.search import basin_hopping
from forcefield.systems import label

names = ("model", "cold 0", "cold 1")
searches = {"model": 4, "cold 0": 2, "cold 1": 2}
found = {name: [] for name in names}
for name in names:
    for seed in range(searches[name]):
        found[name] += hops(calculators[name], 10, seed)
same = basin_hopping(cluster, calculators["model"], 3, seed=0)
assert np.allclose([energy for _, energy in same], [energy for _, energy in found["model"][:3]])

# %%
lowest = with_calculator(cluster, "EMT").get_potential_energy()  # the true minimum
own, by_emt = {}, {}
for name, minima in found.items():
    own[name] = np.array([energy for _, energy in minima]) - lowest
    _, labels, emt_forces = label([structure for structure, _ in minima], EMT())
    by_emt[name] = labels - lowest
    if name == "model":
        largest_forces = np.linalg.norm(emt_forces, axis=2).max(axis=1)  # by EMT, at the model's minima

# %% jupyter={"source_hidden": true} tags=["hide-input"]
figure, panels = plt.subplots(1, 3, figsize=(7.5, 3.2), sharex=True, sharey=True)
for axes, name in zip(panels, names, strict=True):
    axes.plot([-1, 20000], [-1, 20000], color=COLOURS["truth"], linewidth=1)
    axes.plot(own[name], by_emt[name], "o", color=COLOURS["model" if name == "model" else "training"], alpha=0.7)
    axes.set(title=name.replace("cold ", "20 frames, seed "), xlabel="energy by the model (eV)")
    axes.set_xscale("symlog", linthresh=1)
    axes.set_yscale("symlog", linthresh=1)
panels[0].set(ylabel="by EMT, same structure (eV)", xlim=(-0.5, 100), ylim=(-0.5, 20000))
show(
    figure,
    "Energy of each minimum by EMT against its energy by the model, in three panels. The model of all temperatures lies on the "
    "diagonal. Many minima of the models of 20 frames lie far above it, at hundreds or thousands of eV by EMT.",
)

# %%
gaps = {name: np.abs(by_emt[name] - own[name]) for name in names}
wrong = sum((gaps[name] > 1).sum() for name in names[1:])
report("the model, median error of 40 minima", np.median(gaps["model"]), "eV", at_most=0.006)
report("largest force by EMT at these minima, median", np.median(largest_forces), "eV/Å", at_most=0.15)
apart = (gaps["model"] > 1).sum()
report("the model, minima wrong by more than 1 eV, of 40", apart, at_least=0, at_most=6)
report("20-frame models, minima wrong by more than 1 eV, of 40", wrong, at_least=8)
closest = distances([structure for name in names[1:] for structure, _ in found[name]]).min(axis=1)
report("and with two atoms closer than 1 Å, of 40", (closest < 1).sum(), at_least=6)

# %% [markdown]
# Where the model of all temperatures finds a minimum, EMT nearly always has the same energy, and forces about as small as those at which FIRE stops (0.05 eV/Å): it is a minimum of EMT, too. The exceptions, counted above, are structures of the kind that the other models find in numbers. The models of 20 frames find structures with two atoms almost in one place: some eV above the true minimum for them, hundreds or thousands of eV for EMT. No training frame shows two atoms anywhere near that (lesson 8 prints the shortest distance), so no label says what happens there. Lesson 4's models had such a wall
# that levels off. More labels moved it up here, where this search seldom comes; they cannot make it rise without an end, and another seed may find a way over it.
#
# What is to be done?
#
# - More labels from hotter runs help, at a price for each of them. *Which* frames, models can tell: [lesson 8](08_uncertainty.ipynb) stops a run where several models disagree, labels that one frame, and goes on.
# - Two atoms in one place are no case for labels. Lesson 8 puts a known repulsion under the model.

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
# A vibration of wave number $\tilde\nu$ has the frequency $c\tilde\nu$ and the period $1/(c\tilde\nu)$: about 106 fs, or 21 steps.
#
# </details>
#
# **2.** Random starts. Put 13 atoms at random into a cube of 7 Å, no two closer than 1.8 Å. Relax ten such heaps with each of the three models, and compare each energy with EMT's of the same structure. Which errors are of another kind than those of section 7?
#
# <details><summary>Solution</summary>
#
# ```python
# def heap(seed):
#     generator, positions = np.random.default_rng(seed), []
#     while len(positions) < 13:
#         new = generator.uniform(-3.5, 3.5, 3)
#         if all(np.linalg.norm(new - old) > 1.8 for old in positions):
#             positions.append(new)
#     structure = cluster.copy()
#     structure.positions = positions
#     return structure
#
# for name in ("model", "cold 0", "cold 1"):
#     minima = [relax(heap(seed), calculators[name]) for seed in range(10)]
#     gaps = label([structure for structure, _ in minima], EMT())[1] - [energy for _, energy in minima]
#     spans = distances([structure for structure, _ in minima]).max(axis=1)
#     print(name, "EMT minus model (eV):", np.sort(gaps).round(1), "longest distance (Å):", spans.max().round(1))
# ```
#
# The model of all temperatures is nearly right for most heaps. The others end in many false minima; in some, atoms are far apart and the energy is too low in sum, while no two atoms are close. A repulsion does not help there; labels do.
#
# </details>
#
# **3.** Is it the heat bath? Start at 1500 K, but run at constant energy with a model of 20 frames (take a frame of `heated("EMT", 1500, seed)`; a copy of atoms keeps their momenta). Does the total energy warn?
#
# <details><summary>Solution</summary>
#
# ```python
# atoms = heated("EMT", 1500, seed=5, duration=1)[-1].copy()
# atoms.calc = calculators["cold 0"]
# total = []
# dynamics = VelocityVerlet(atoms, 5 * units.fs)
# dynamics.attach(lambda: total.append(1e3 * atoms.get_total_energy() / 13))
# dynamics.run(1000)
# print(f"drift {drift(np.arange(len(total)) * 5e-3, total):.2f} meV/atom/ps, "
#       f"longest distance {atoms.get_all_distances().max():.1f} Å")
# ```
#
# No. The total energy is kept, whatever becomes of the cluster: it is the model's own energy, and its forces fit that.
#
# </details>

# %% [markdown]
# ## Summary
#
# - As an ASE calculator, the model relaxes, vibrates and moves like any potential; its forces match finite differences to 1e-6 eV/Å.
# - Its minimum lies within 0.001 meV/atom and 0.00002 Å of EMT's, its frequencies within 0.03 % in the mean.
# - Reverse mode gives the forces that the tensor of derivatives gives, at a cost that grows with the number of pairs within the radius; the tensor's memory grows with the square of the number of atoms. The tensor pays where few frames are used many times.
# - At constant energy it drifts by at most 0.02 meV/atom/ps with steps of 5 fs, and so does a model that is hardly fitted: conservation tests consistency only. Forces that are the slope of no energy drift at once.
# - Lindemann's index of the model follows EMT's to 1500 K, and so does that of the hardly fitted model: it is a coarse measure. It grows with the length of the run, so it is compared at equal times, over several seeds.
# - At 1500 K its force error is at least 10 times that within its data. Models that saw 20 frames of 300 K fail in some runs, without a warning.
# - A search for minima finds structures with two atoms in one place, often with models of few labels and seldom with the model of all temperatures.

# %% [markdown]
# ## Questions
#
# **1.** The energy of a learned force field is conserved although its forces have errors. How can that be?
#
# <details><summary>Answer</summary>
#
# Conservation asks only that the forces are the exact slope of *some* energy, here the model's own. A wrong but consistent potential conserves its own energy.
#
# </details>
#
# **2.** The test error of lesson 6 was small. Does that promise a good run at 1500 K, or that a model that ran well for 5 ps runs well for 20?
#
# <details><summary>Answer</summary>
#
# Neither. A test error says how good the model is on structures like those of the test, 300 to 900 K. Dynamics goes where it likes, and a longer run has more time to get there.
#
# </details>
#
# **3.** Somebody reports Lindemann's index of 0.16 at 1500 K from 4 ps, you find 0.10 from 1 ps. Does one of you have a wrong force field?
#
# <details><summary>Answer</summary>
#
# One cannot say. The index grows with time, and EMT itself gives both. Compare at equal lengths, over several seeds.
#
# </details>

# %% [markdown]
# ## Next
#
# [Lesson 8](08_uncertainty.ipynb): how far several models disagree, what that is worth, and dynamics that stops where they do.
#
# Words and symbols: [Terminology](01_principle.ipynb#Terminology). Back to the map: [start here](00_start_here.ipynb).
