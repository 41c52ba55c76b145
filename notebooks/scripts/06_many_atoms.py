# %% [markdown]
# # 6. Many atoms
#
# **You will learn**
#
# - why one fixed centre cannot describe many atoms, and what a centre on every atom repairs;
# - to test a force field for what must not change when atoms are moved, turned, mirrored or swapped, and for forces that turn along;
# - to sample structures with molecular dynamics, and to say how much memory their derivatives will need before they are made;
# - to split frames of a trajectory so that the test set is a test;
# - to train a force field for a cluster of 13 copper atoms, and to see where its errors are.
#
# **You need** [lesson 4](04_analysis.ipynb) (what a fair test error is); matrices as turns in space.
#
# **Time** about 45 minutes, 10 of them exercises; all cells run in under a minute.

# %% [markdown]
# ## 1. Why the midpoint has to go
#
# The dimer had one centre, the fixed point (0, 0, 0). Lesson 4 showed the harm: the pair moves, the centre stays, the energy changes.
# Here is the same with 13 copper atoms, one in the middle and twelve around it. The descriptor has 50 features now (`n_max=4`, `l_max=4`).

# %%
import numpy as np
import torch

from forcefield.descriptors import MIDPOINT, describe
from forcefield.plots import COLOURS, show, use_course_style
from forcefield.prepared import copper_soap
from forcefield.systems import copper_cluster

torch.set_num_threads(1)  # the matrices are small, and the computer may be shared
use_course_style()
soap = copper_soap()
cluster = copper_cluster()
cluster.positions += np.random.default_rng(1).normal(scale=0.1, size=(13, 3))  # no longer a perfect icosahedron
print(len(cluster), "atoms,", soap.get_number_of_features(), "features")

# %% [markdown]
# Look at it from all sides: choose the slider and press the arrow keys.

# %%
from forcefield.viewer import film, turned

angles = np.arange(0, 360, 15)
film(
    turned(cluster, angles),
    [f"{angle}°" for angle in angles],
    "Turn about the vertical axis, steps of 15°",
    "Thirteen copper atoms drawn as shaded discs: one in the middle, twelve around it, seen from 24 directions.",
)

# %% [markdown]
# Move the whole cluster by 0.3 Å. No distance between two atoms changes, so the energy must not change. What do the features do?

# %%
moved = cluster.copy()
moved.translate([0.3, 0, 0])
for name, centers, attach in (("one fixed centre ", [MIDPOINT], False), ("one on every atom", None, True)):
    described, _ = describe(soap, [cluster, moved], centers, attach)
    change = np.abs(described[1] - described[0]).max() / np.abs(described[0]).max()
    print(f"{name}: {described.shape[1]:2d} centres, largest feature changes by {100 * change:.0f} %")

# %% [markdown]
# A fixed centre sees another structure. Centres on the atoms see the same one. There is a second reason: a fixed centre sees only what lies within its cutoff radius. With a centre on every atom, every atom is seen, however many there are.

# %% [markdown]
# ## 2. A sum over atoms, and centres that move along
#
# The energy becomes a sum over centres $c$, with the *same* network $f$ for each: $\hat E = \sum_c f(\mathbf D_c)$. The chain rule gets one more sum. For atom $a$ and axis $x$, with features $k$:
#
# $$\hat F_{a,x} = -\sum_c \sum_k \frac{\partial f}{\partial D_{c,k}} \frac{\partial D_{c,k}}{\partial R_{a,x}}$$
#
# So every centre needs its derivative with respect to every atom.

# %%
descriptors, derivatives = describe(soap, [cluster], attach=True)
print("descriptors, (n_systems, n_centers, n_features):           ", descriptors.shape)
print("derivatives, (n_systems, n_centers, n_atoms, 3, n_features):", derivatives.shape)

# %% [markdown]
# When atom 5 moves, the centre on atom 5 moves too. DScribe counts that only if you say `attach=True`; by default the centre stays where it was. Here is a test. If all atoms move together, no descriptor changes, so each derivative, summed over the atoms, must be zero.

# %%
for attach in (False, True):
    _, derivatives = describe(soap, [cluster], attach=attach)
    left = np.abs(derivatives.sum(axis=2)).max() / np.abs(derivatives).max()
    print(f"attach={attach!s:5}: largest sum over atoms / largest derivative, below 1e-9: {left < 1e-9}")

# %% [markdown]
# The same sum tells that the forces on all atoms add up to zero, as Newton's third law wants, *if* the centres are attached.

# %% [markdown]
# ## 3. What must not change
#
# Moving, turning and mirroring the cluster, or swapping two copper atoms, must leave the energy alone. Forces must turn along: if $\mathbf Q$ is the matrix of the turn, $\mathbf F' = \mathbf F\,\mathbf Q^\mathsf{T}$. This has to hold *before* training,
# so we test a network with random weights: a symmetry that is built in costs no labels.

# %%
import ase

from forcefield.model import ForceField

untrained = ForceField(n_features=50, hidden_units=(32, 32), seed=0)


def apply(positions):
    """Energy (eV) and forces (13, 3) (eV/Å) of the untrained model."""
    energies, forces = untrained.predict(*describe(soap, [ase.Atoms("Cu13", positions)], attach=True))
    return energies[0], forces[0]


# %%
positions = cluster.positions
energy, forces = apply(positions)
print("net force below 1e-9 of the largest:", np.abs(forces.sum(axis=0)).max() < 1e-9 * np.abs(forces).max())

# %% [markdown]
# A random turn $\mathbf Q$ is the orthogonal part of a random matrix; changing the sign of all of it makes it a mirror, with determinant −1.

# %%
rng = np.random.default_rng(0)
turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
turn *= np.linalg.det(turn)  # determinant +1
order = rng.permutation(13)

cases = {  # changed positions, and the forces to expect there
    "moved": (positions + [1.0, -2.0, 3.0], forces),
    "turned": (positions @ turn.T, forces @ turn.T),
    "mirrored": (positions @ -turn.T, forces @ -turn.T),
    "swapped": (positions[order], forces[order]),
}
for name, (changed, expected) in cases.items():
    new_energy, new_forces = apply(changed)
    same = abs(new_energy - energy) < 1e-9 and np.abs(new_forces - expected).max() < 1e-8
    print(f"{name:9} energy the same and forces as expected: {same}")
    assert same

# %% [markdown]
# And forces are still minus the gradient of the energy, for all 39 coordinates:

# %%
from forcefield.gradients import numerical_forces

difference = np.abs(forces - numerical_forces(lambda moved: apply(moved)[0], positions)).max()
print("largest difference from finite differences below 1e-6 eV/Å:", difference < 1e-6)
assert difference < 1e-6

# %% [markdown]
# ## 4. The data: copper clusters at three temperatures
#
# The truth is ASE's *effective medium theory* (EMT), a fast many-body potential for metals. Structures come from molecular dynamics with a heat bath (Langevin) at 300, 600 and 900 K: one trajectory at each, 40 blocks of 5 frames. Frames of a block are 50 fs apart; between blocks there is a pause.
#
# Derivatives are large, so we first ask what they will need.

# %%
from forcefield.descriptors import plan_memory

for n_systems in (600, 5000):
    try:
        print(plan_memory(n_systems, n_centers=13, n_atoms=13, n_features=50)[1])
    except ValueError as refusal:
        print("refused:", refusal)

# %% [markdown]
# 600 frames fit. The labels are found in `data/`, or made again (some seconds of dynamics); descriptors and derivatives are made on the spot.

# %%
from forcefield.prepared import copper_dataset
from forcefield.systems import copper_blocks

data = copper_dataset()
temperatures, blocks = copper_blocks()
print("derivatives:", data.derivatives.shape, f"{data.derivatives.nbytes / 1e6:.0f} MB")

# %%
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(7, 3.4))
relative = (data.energies - data.energies.min()) / 13  # eV/atom
for temperature, colour, marker in ((300, "model", "o"), (600, "validation", "s"), (900, "training", "^")):
    chosen = temperatures == temperature
    axes.plot(relative[chosen], marker, color=COLOURS[colour], markersize=3.5)
    axes.text(203, relative[chosen][-20:].mean(), f"{temperature} K", color=COLOURS[colour], va="center")
axes.set(xlabel="frame of the trajectory", ylabel="EMT energy above\nthe lowest frame (eV/atom)", xlim=(-3, 222))
show(
    figure,
    "Energy per atom against frame number for three trajectories. The hotter the trajectory, "
    "the higher its energies lie and the more they scatter.",
)

# %% [markdown]
# The hotter, the more the structures differ: 900 K will be the hard part. Whether the cluster melts is a question for lesson 7.

# %% [markdown]
# ## 5. Neighbours in time
#
# Two frames of a trajectory that follow each other closely are nearly the same structure. If one is in the training set and the other in the test set, the test is too easy. How long is "closely"? We compare the sorted distances between atoms.

# %%
from ase.calculators.emt import EMT

from forcefield.systems import langevin, sample_blocks

dynamics = langevin(copper_cluster(), EMT(), temperature=900, seed=11)
dense = sample_blocks(dynamics, n_blocks=1, block_length=250, interval=1, gap=0)  # every 5 fs
shapes = np.array([np.sort(frame.get_all_distances()[np.triu_indices(13, 1)]) for frame in dense])
lags = np.array([1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 60, 100])
apart = [np.sqrt(((shapes[lag:] - shapes[:-lag]) ** 2).mean()) for lag in lags]

# %%
figure, axes = plt.subplots(figsize=(6, 3.2))
axes.plot(5 * lags, apart, "o-", color=COLOURS["model"])
axes.axvline(50, color=COLOURS["training"], linestyle="--")
axes.text(56, 0.02, "course's frames\n(in a block)", color=COLOURS["training"])
axes.set(
    xlabel="time between two frames (fs)",
    ylabel="difference of sorted\ndistances (Å, rms)",
    ylim=(0, None),
    xscale="log",
)
show(
    figure,
    "Difference of two frames against the time between them, at 900 K: small for frames 5 fs "
    "apart, rising steeply at first, then bending.",
)

# %% [markdown]
# Frames 5 fs apart are nearly copies. The curve rises steeply and then bends: after some 100 fs, most of the memory is gone. Now train on 60 of these 250 dense frames and test on the rest, in two ways: frames drawn at random, or blocks of 25 frames (125 fs) drawn whole.

# %%
from forcefield.dataset import Dataset, split, split_blocks
from forcefield.evaluation import mean_absolute_error
from forcefield.systems import label
from forcefield.training import train

dense_data = Dataset(*label(dense, EMT()), *describe(soap, dense, attach=True))


def test_error(some_data, parts):
    """Force error (meV/Å) on the second part of a small model fitted to the first."""
    training, test = (some_data[part] for part in parts[:2])
    model, _ = train(training, hidden_units=(16, 16), iterations=150)
    return 1e3 * mean_absolute_error(model.predict(test.descriptors, test.derivatives)[1], test.forces)


# %%
ways = {"frames": [], "blocks": []}
for seed in range(3):
    ways["frames"].append(test_error(dense_data, split(250, (0.2,), seed)))
    ways["blocks"].append(test_error(dense_data, split_blocks(np.arange(250) // 25, (0.2,), seed)))

# %%
figure, axes = plt.subplots(figsize=(6, 2.4))
for height, errors in enumerate(ways.values()):
    axes.plot(errors, [height] * 3, "os"[height], color=COLOURS[("training", "model")[height]], markersize=9)
axes.set(yticks=[0, 1], yticklabels=["drawn frame by frame", "drawn in blocks"], ylim=(-0.6, 1.6), xlim=(0, None))
axes.set_xlabel("force error on the test part (meV/Å); three draws each")
show(
    figure,
    "Force errors of three draws each: those of frames drawn one by one are clearly smaller "
    "than those of whole blocks.",
)

# %%
from forcefield.evaluation import report

ratio = np.mean(ways["blocks"]) / np.mean(ways["frames"])
report("error of blocks / error of frames", ratio, at_least=1.5)
del dense_data  # its derivatives are not needed any more

# %% [markdown]
# The first number looks better and is worth nothing: its test frames were seen in all but name. The second one says what to expect of structures that are new.
#
# The course's own set is split by blocks, with the same share of each temperature in every part. Its frames are ten times as far apart as the dense ones, so the leak would be smaller. The split costs nothing, and you need not rely on that.

# %%
from forcefield.prepared import copper_split

parts = dict(zip(("training", "validation", "test"), copper_split(), strict=True))
for name, part in parts.items():
    counts = [int((temperatures[part] == temperature).sum()) for temperature in (300, 600, 900)]
    others = np.setdiff1d(np.arange(600), part)
    shared = np.intersect1d(blocks[part], blocks[others]).size
    print(f"{name:10} {len(part)} frames, {counts} at 300, 600, 900 K; blocks shared with other parts: {shared}")

# %% [markdown]
# ## 6. Training
#
# 200 frames carry 200 energies and 7800 force components. The network has two layers of 32 tanh units, and L-BFGS takes 500 iterations. The validation part is there for such choices; no weight is fitted to it, and none to the test part. Three seeds: each model is found in `data/`, or made again.

# %%
from forcefield.prepared import copper_model

models = [copper_model(data, seed) for seed in range(3)]

# %%
test = data[parts["test"]]
predictions = [model.predict(test.descriptors, test.derivatives) for model in models]
for seed, (energies, forces) in enumerate(predictions):
    report(
        f"seed {seed}, energy error", 1e3 * mean_absolute_error(energies, test.energies) / 13, "meV/atom", at_most=0.4
    )
    report(f"seed {seed}, force error", 1e3 * mean_absolute_error(forces, test.forces), "meV/Å", at_most=12)

# %% [markdown]
# These are errors on 300 unseen frames, forces over all three components. What do the single errors look like?

# %%
energies, forces = predictions[0]
figure, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.9))
for temperature, colour, marker in ((900, "training", "^"), (600, "validation", "s"), (300, "model", "o")):
    chosen = temperatures[parts["test"]] == temperature
    style = {"color": COLOURS[colour], "label": f"{temperature} K", "markersize": 3.5, "alpha": 0.6}
    left.plot(test.energies[chosen] / 13, energies[chosen] / 13, marker, **style)
    right.plot(test.forces[chosen].ravel(), forces[chosen].ravel(), marker, **style)
for axes, quantity in ((left, "energy (eV/atom)"), (right, "force component (eV/Å)")):
    axes.axline((0.8 * (axes is left), 0.8 * (axes is left)), slope=1, color=COLOURS["truth"], linewidth=1)
    axes.set(xlabel=f"EMT {quantity}", ylabel=f"model's {quantity}")
left.legend()
show(
    figure,
    "Predicted against true energies and force components of the test frames, by temperature."
    " All points lie close to the diagonal; those of 900 K reach farthest out.",
)

# %% [markdown]
# A parity plot hides small errors. The mean error at each temperature shows them.

# %%
figure, axes = plt.subplots(figsize=(6, 3.2))
for seed, (_, forces) in enumerate(predictions):
    by_temperature = [
        1e3 * np.abs(forces - test.forces)[temperatures[parts["test"]] == temperature].mean()
        for temperature in (300, 600, 900)
    ]
    axes.plot(
        [300, 600, 900],
        by_temperature,
        "os^"[seed] + "-",
        color=COLOURS[("model", "extra", "validation")[seed]],
        label=f"seed {seed}",
    )
axes.set(xlabel="temperature of the frames (K)", ylabel="force error (meV/Å)", xticks=[300, 600, 900], ylim=(0, None))
axes.legend()
show(
    figure,
    "Force error of three seeds at each temperature. It rises with temperature, most steeply "
    "from 600 to 900 K; the seeds lie close together.",
)

# %% [markdown]
# The error is not one number: at 900 K it is several times that at 300 K. Hot frames are more diverse, and 70 of them cannot fill that space. Lesson 7 will ask what happens hotter still.

# %% [markdown]
# ## 7. Cost against number of atoms
#
# Clusters of 13, 55 and 147 atoms, larger and larger shells. Time is the processor's, the best of three.

# %%
import time

from ase.cluster import Icosahedron


def seconds(function):
    """Best processor time of three calls."""
    times = []
    for _ in range(3):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return min(times)


# %%
del data, test  # makes room
sizes, costs, megabytes = [13, 55, 147], [], []
for shells, size in zip((2, 3, 4), sizes, strict=True):
    structure = ase.Atoms(f"Cu{size}", positions=Icosahedron("Cu", shells).positions)
    structure.rattle(0.05, rng=np.random.default_rng(0))  # no zeros by symmetry
    costs.append(seconds(lambda structure=structure: describe(soap, [structure], attach=True)))
    megabytes.append(plan_memory(1, size, size, 50)[0])
    _, derivatives = describe(soap, [structure], attach=True)
    print(
        f"{size:3d} atoms: {megabytes[-1]:5.2f} MB, zeros among the derivatives: {100 * np.mean(derivatives == 0):.0f} %"
    )

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.3))
left.loglog(sizes, np.array(costs) * 1e3, "o-", color=COLOURS["model"])
left.set(xlabel="atoms", ylabel="time for descriptors and\nderivatives of one frame (ms)")
right.loglog(sizes, megabytes, "s-", color=COLOURS["training"])
right.set(xlabel="atoms", ylabel="derivatives of one frame (MB)")
for axes in (left, right):
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
show(
    figure,
    "Time and memory of one frame against the number of atoms, both axes logarithmic. Both "
    "rise faster than in proportion to the number of atoms.",
)

# %% [markdown]
# Memory grows with the *square* of the number of atoms: every centre is paired with every atom, also with those it cannot see. In 147 atoms many entries are zero, and a code for large systems stores only pairs within the cutoff. For the sizes of this course the plain array does.

# %% [markdown]
# ## Exercises
#
# **1.** Two clusters far apart must have the sum of their energies. Check it with `untrained` and two copies 40 Å apart. Why does it hold for any weights?
#
# <details><summary>Solution</summary>
#
# ```python
# both = ase.Atoms("Cu26", np.concatenate([positions, positions + [40.0, 0, 0]]))
# energies, _ = untrained.predict(*describe(soap, [both], attach=True))
# print(abs(energies[0] - 2 * energy) < 1e-9)
# ```
#
# No centre of one cluster sees an atom of the other, so each descriptor is what it was, and the energy is a sum over centres.
#
# </details>
#
# **2.** Forget `attach=True`: what net force does the trained model `models[0]` give for `cluster`?
#
# <details><summary>Solution</summary>
#
# ```python
# for attach in (True, False):
#     _, forces = models[0].predict(*describe(soap, [cluster], attach=attach))
#     print(attach, np.abs(forces[0].sum(axis=0)).max())
# ```
#
# With attached centres it is zero to rounding. Without, the motion of the centres is missing from the chain rule: the net force is of the size of the forces themselves, although the energies are the same.
#
# </details>

# %% [markdown]
# ## Summary
#
# - One fixed centre sees another structure when the atoms move; a centre on every atom does not. The energy is a sum over atoms, with one network for all.
# - Centres on atoms need `attach=True`: then derivatives sum to zero over the atoms, and so do the forces.
# - Moving, turning, mirroring and swapping leave the energy alone to 1e-9 eV, and forces turn along, before any training.
# - Frames drawn one by one from a dense trajectory make a test look at least 1.5 times better than it is. Draw whole blocks.
# - 200 frames of Cu13: at most 0.4 meV/atom and 12 meV/Å on 300 unseen frames for each of three seeds; the error grows with temperature.
# - Derivatives need memory that grows with the square of the number of atoms: plan it before you make them.

# %% [markdown]
# ## Questions
#
# **1.** The sum over atoms splits the energy into 13 parts. Can you check one part against EMT?
#
# <details><summary>Answer</summary>
#
# Not in a way that means something. Training saw only sums, and many splits give the same sum and the same forces. Only the total and its derivatives are compared.
#
# </details>
#
# **2.** Energies do not change in a mirror. Is there a quantity for which that would be wrong?
#
# <details><summary>Answer</summary>
#
# Yes: for example the optical rotation of a chiral molecule changes its sign. SOAP cannot tell a structure from its mirror image, so no model on top of it can predict such a quantity.
#
# </details>
#
# **3.** Somebody trains on 80 % of the frames of one 900 K trajectory, drawn at random, and reports a tiny error. What would you ask?
#
# <details><summary>Answer</summary>
#
# How far apart in time the frames are, and what the error is on another trajectory, or at least on blocks that were left out whole. And what happens at temperatures that were not in the data.
#
# </details>

# %% [markdown]
# ## Next
#
# [Lesson 7](07_dynamics.ipynb) puts the model to work: relaxation, vibrations, molecular dynamics and melting, each beside EMT.
#
# Words and symbols: [Terminology](01_principle.ipynb#Terminology). Back to the map: [start here](00_start_here.ipynb).
