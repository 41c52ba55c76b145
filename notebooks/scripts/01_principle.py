# %% [markdown]
# # 1. Principle
#
# **You will learn**
#
# - to say what a force field is, and to get forces from an energy: $\mathbf{F} = -\partial E/\partial\mathbf{R}$, with the right sign;
# - to compute energy and force of two atoms for any Lennard-Jones $\sigma_\mathrm{LJ}$ and $\varepsilon$, and to check the force;
# - to say what a descriptor must do, and why positions themselves are a poor input;
# - to apply the chain rule from network to forces, and to know the shape of every array on the way;
# - to write the loss of the course, and to say what its two variances are good for.
#
# **You need** Python with numpy, and the idea of a partial derivative. How notebooks work is in [lesson 0](00_start_here.ipynb).
#
# **Time** about 50 minutes, 10 of them exercises; all cells run in under a minute.

# %% [markdown]
# ## 1. What a force field is
#
# Atoms move because forces act on them. A **force field** is a rule that takes the positions $\mathbf{R}$ of all atoms and gives one number, the potential energy $E(\mathbf{R})$. The forces follow from it:
#
# $$\mathbf{F} = -\frac{\partial E}{\partial \mathbf{R}}$$
#
# In words: move an atom a little, see how the energy changes, and change the sign. The force points to where the energy falls.
#
# Where does $E(\mathbf{R})$ come from? Quantum mechanics gives it, at a price: the time of a usual density-functional calculation grows with the *cube* of the number of electrons, so twice as many atoms take eight times as long ([Goedecker 1999](https://doi.org/10.1103/RevModPhys.71.1085)). A model in which every atom sees only its surroundings takes twice as long.
#
# So one computes hundreds of structures with quantum mechanics, and lets a model learn $E(\mathbf{R})$ from the results, the **labels**. That is a machine-learned force field.

# %% [markdown]
# ### Three simple choices
#
# This lesson and the next three follow [DScribe's tutorial](https://singroup.github.io/dscribe/latest/tutorials/machine_learning/forces_and_energies.html). It makes three choices, each as simple as possible:
#
# | choice | why it is simple | what real systems need | lesson |
# |---|---|---|---|
# | two atoms with a Lennard-Jones potential | one distance, so every curve can be drawn; labels are exact and cost nothing | many atoms, labels from quantum mechanics, more data, longer training | [6](06_many_atoms.ipynb), [9](09_crystals.ipynb) |
# | the SOAP descriptor at one point, between the atoms | one centre that never moves | many centres, usually one on each atom, that move along | [6](06_many_atoms.ipynb) |
# | a fully connected neural network | the derivative of output with respect to input comes by itself | any method will do if it can be differentiated | [4](04_analysis.ipynb) |
#
# Simple does not mean wrong: the steps (descriptor, model, derivative) are those of large force fields that use descriptors.

# %% [markdown]
# ## 2. Energy and force of two atoms
#
# The Lennard-Jones potential gives the energy of two atoms at distance $r$ (Å):
#
# $$E(r) = 4\varepsilon\left[\left(\frac{\sigma_\mathrm{LJ}}{r}\right)^{12} - \left(\frac{\sigma_\mathrm{LJ}}{r}\right)^{6}\right]$$
#
# $\sigma_\mathrm{LJ}$ (Å) sets the size of the atoms, $\varepsilon$ (eV) the strength of their bond. The derivative, with its sign changed, is the force along the line between them; **positive pushes them apart**:
#
# $$F(r) = -\frac{\mathrm{d}E}{\mathrm{d}r} = \frac{24\varepsilon}{r}\left[2\left(\frac{\sigma_\mathrm{LJ}}{r}\right)^{12} - \left(\frac{\sigma_\mathrm{LJ}}{r}\right)^{6}\right]$$

# %%
import numpy as np


def energy(r, sigma=2.9, epsilon=1.0):
    """Lennard-Jones energy (eV) at distance r (Å)."""
    return 4 * epsilon * ((sigma / r) ** 12 - (sigma / r) ** 6)


def force(r, sigma=2.9, epsilon=1.0):
    """Minus dE/dr (eV/Å): positive pushes the atoms apart."""
    return 24 * epsilon / r * (2 * (sigma / r) ** 12 - (sigma / r) ** 6)


for r in (2.5, 2.9, 3.25, 4.0, 5.0):
    print(f"r = {r:.2f} Å   E = {energy(r):7.3f} eV   F = {force(r):7.3f} eV/Å")

# %% [markdown]
# The defaults, 2.9 Å and 1 eV, are those of the tutorial. The course's package has the same function, and so has ASE, the library that later makes the labels. Do the three agree? (`label` asks ASE for energies and forces; atom 1 is the right one, at $x = +r/2$.)

# %%
from forcefield.systems import dimers, label, lennard_jones

distances = np.linspace(2.5, 5.0, 200)
package_energies, package_forces = lennard_jones(distances)
_, ase_energies, ase_forces = label(dimers(distances))

assert np.allclose(energy(distances), package_energies, rtol=0, atol=1e-12)
assert np.allclose(force(distances), package_forces, rtol=0, atol=1e-12)
assert np.allclose(force(distances), ase_forces[:, 1, 0], rtol=0, atol=1e-10)
shifts = 1000 * (ase_energies - energy(distances))
print(f"ASE's energy minus ours: from {shifts.min():.4f} to {shifts.max():.4f} meV")
print(f"minus our energy at three sigma: {-1000 * energy(3 * 2.9):.4f} meV")

# %% [markdown]
# The forces are equal. The energies differ by one constant, 5.5 meV. ASE cuts the potential off at $3\sigma_\mathrm{LJ}$ and lifts the curve so that it ends there at zero. **A constant added to the energy changes no force**, because its derivative is zero. The labels of this course are ASE's.

# %% [markdown]
# ### What sigma and epsilon do
#
# Where is the bottom of the well? There the force is zero, so $2(\sigma_\mathrm{LJ}/r)^{12} = (\sigma_\mathrm{LJ}/r)^{6}$, and thus
#
# $$r_\mathrm{min} = 2^{1/6}\,\sigma_\mathrm{LJ} \approx 1.122\,\sigma_\mathrm{LJ}, \qquad E(r_\mathrm{min}) = -\varepsilon .$$

# %%
for sigma, epsilon in [(2.9, 1.0), (2.9, 0.5), (3.4, 1.0)]:
    r_min = 2 ** (1 / 6) * sigma
    bottom = energy(r_min, sigma, epsilon)
    assert np.isclose(bottom, -epsilon)
    assert abs(force(r_min, sigma, epsilon)) < 1e-12
    print(f"sigma {sigma} Å, epsilon {epsilon} eV: bottom at {r_min:.3f} Å, energy {bottom:.3f} eV")

# %%
from matplotlib import pyplot as plt

from forcefield.plots import COLOURS, show, use_course_style

use_course_style()
r = np.linspace(2.5, 6.0, 400)
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), sharex=True)
curves = [(2.9, 1.0, "truth", "-"), (2.9, 0.5, "model", "--"), (3.4, 1.0, "training", "-.")]
for sigma, epsilon, role, line in curves:
    name = rf"$\sigma_\mathrm{{LJ}}$ = {sigma} Å, $\varepsilon$ = {epsilon} eV"
    _ = left.plot(r, energy(r, sigma, epsilon), line, color=COLOURS[role], label=name)
    _ = left.plot(2 ** (1 / 6) * sigma, -epsilon, "o", color=COLOURS[role])
    _ = right.plot(r, force(r, sigma, epsilon), line, color=COLOURS[role])
_ = left.set(xlabel="distance $r$ (Å)", ylabel="energy $E$ (eV)", ylim=(-1.4, 2))
_ = right.set(xlabel="distance $r$ (Å)", ylabel="force $F$ (eV/Å)", ylim=(-1.2, 2.5))
_ = left.legend()
show(
    figure,
    "Energy and force of three Lennard-Jones potentials. Half epsilon: half as deep a well "
    "at the same place. A larger sigma: the same depth further right. "
    "Each force is zero at the bottom of its well.",
)

# %% [markdown]
# A smaller $\varepsilon$ scales the whole curve, a larger $\sigma_\mathrm{LJ}$ stretches it to the right. The dots are the bottoms computed above; at shorter distances than the dot the force is positive and pushes, at longer ones it is negative and pulls.

# %% [markdown]
# ### Explore: σ and ε
#
# The three curves above are three choices. Now take any other. (The σ of the sliders is $\sigma_\mathrm{LJ}$.)

# %%
from forcefield.explorers.lennard_jones import lennard_jones_explorer

lennard_jones_explorer()

# %% [markdown]
# | control | what it does |
# |---|---|
# | **σ: zero crossing (Å)** | the distance at which the energy crosses zero (green diamond); the minimum is at $2^{1/6}\sigma_\mathrm{LJ}$ (blue triangle) |
# | **ε: depth (eV)** | how far the minimum lies below zero |
# | **r: distance (Å)** | where energy, slope and force are read (orange); the straight line has the slope of the energy there |
# | **Reset** | the default values; their curve stays as a dashed line |
#
# Drag a handle, or press Tab until it is marked and use the arrow keys. Below the picture the reading is written out.
#
# **Try:**
#
# - Make σ larger until the minimum lies as close to 4 Å as the slider can bring it. Which σ is that, and why does the depth not change?
# - Move r to the minimum. What happens to the straight line and to the force?
# - Double ε. What happens to the force at every distance, and why does the minimum stay where it is?
# - Find the distance of the strongest attraction. Where on the energy curve is that: at the minimum, or where the curve is steepest on its right side?

# %% [markdown]
# ## 3. Force is minus the slope
#
# Never trust a derivative that you have not checked. The check needs no calculus: take the energy a little to the right and a little to the left (a **central difference**),
#
# $$-\frac{\mathrm{d}E}{\mathrm{d}r} \approx -\frac{E(r+h) - E(r-h)}{2h} .$$

# %%
h = 1e-4  # Å
for r in (2.5, 3.0, 3.25, 4.0):
    numerical = -(energy(r + h) - energy(r - h)) / (2 * h)
    assert abs(numerical - force(r)) < 1e-5
    print(f"r = {r:.2f} Å   formula {force(r):8.4f}   central difference {numerical:8.4f} eV/Å")

# %% [markdown]
# In the figure, the straight lines have the slope $-F(r)$. If the force is right, they lie along the curve where they touch it. Change the three distances in `places` and run the cell again.

# %%
places = [2.95, 3.25, 3.7]  # Å
r = np.linspace(2.8, 5.0, 300)
figure, axes = plt.subplots(figsize=(7, 3.8))
_ = axes.plot(r, energy(r), color=COLOURS["truth"])
roles = [("training", "o"), ("validation", "s"), ("model", "^")]
for row, (r0, (role, marker)) in enumerate(zip(places, roles, strict=True)):
    near = np.array([r0 - 0.3, r0 + 0.3])
    _ = axes.plot(near, energy(r0) - force(r0) * (near - r0), "--", color=COLOURS[role])
    _ = axes.plot(r0, energy(r0), marker, color=COLOURS[role], markersize=8)
    slope = -force(r0) + 0.0
    text = f"r = {r0} Å: slope {slope:.2f} eV/Å, force {-slope:.2f} eV/Å"
    _ = axes.plot(3.5, 0.95 - 0.3 * row, marker, color=COLOURS[role])
    _ = axes.text(3.57, 0.95 - 0.3 * row, text, color=COLOURS[role], va="center", fontsize=10)
_ = axes.set(xlabel="distance $r$ (Å)", ylabel="energy $E$ (eV)", ylim=(-1.4, 1.2))
show(
    figure,
    "The energy curve with three tangents. Left of the minimum the slope is negative and the "
    "force positive; near the minimum both are almost zero; right of it the signs are exchanged.",
)

# %% [markdown]
# Left of the bottom the curve falls, so the force is positive; right of it the curve rises, so the force is negative.

# %% [markdown]
# ### From a number to vectors
#
# $F(r)$ is one number. The force array has one vector for each atom: shape (n_atoms, 3), that is, (2, 3) here. In this course **atom 0 is the left one**, at $x = -r/2$, and atom 1 is at $x = +r/2$, so $r = x_1 - x_0$. The chain rule, in its smallest form:
#
# $$F_{0,x} = -\frac{\partial E}{\partial x_0} = -\frac{\mathrm{d}E}{\mathrm{d}r}\,\frac{\partial r}{\partial x_0} = -\frac{\mathrm{d}E}{\mathrm{d}r}\cdot(-1) = +\frac{\mathrm{d}E}{\mathrm{d}r}, \qquad F_{1,x} = -\frac{\mathrm{d}E}{\mathrm{d}r} .$$
#
# So the $x$ force on atom 0 is **plus** the slope: where the atoms repel, atom 0 is pushed to the left, to negative $x$.

# %%
for r in (3.0, 4.0):
    _, _, forces = label(dimers([r]))
    print(f"r = {r} Å, forces of shape {forces[0].shape} in eV/Å:")
    for atom, vector in enumerate(forces[0]):
        print(f"   atom {atom}:", "  ".join(f"{component + 0.0:7.3f}" for component in vector))
    assert np.isclose(forces[0, 0, 0], -force(r))
    assert np.allclose(forces[0].sum(axis=0), 0)

# %% [markdown]
# The two vectors add up to zero, as they must: nothing from outside pulls at the pair.

# %%
figure, axes = plt.subplots(figsize=(7, 2.6))
for row, r in enumerate((4.0, 2 ** (1 / 6) * 2.9, 3.1)):
    ends = np.array([-r / 2, r / 2])
    pushes = 0.6 * force(r) * np.array([-1, 1])  # how long the arrows are drawn: 0.6 Å for 1 eV/Å
    _ = axes.plot(ends, [row, row], ":", color=COLOURS["truth"], linewidth=1)
    _ = axes.scatter(ends, [row, row], s=260, color=COLOURS["light"], edgecolor="black", zorder=3)
    if abs(force(r)) > 1e-9:
        _ = axes.quiver(
            ends,
            [row, row],
            pushes,
            [0, 0],
            angles="xy",
            scale_units="xy",
            scale=1,
            width=0.008,
            color=COLOURS["training"],
            zorder=4,
        )
    for atom, x in enumerate(ends):
        _ = axes.text(x, row + 0.28, f"atom {atom}", ha="center", fontsize=9)
    _ = axes.text(0, row + 0.08, f"r = {r:.2f} Å", ha="center")
_ = axes.set(xlabel="x (Å)", yticks=[], xlim=(-3.3, 3.3), ylim=(-0.5, 2.7))
show(
    figure,
    "Three pairs of atoms with force arrows: close together they are pushed apart, "
    "at the bottom of the well there is no force, far apart they are pulled together.",
)

# %% [markdown]
# The forces always drive the distance towards the bottom of the well, and the two arrows of a pair are equally long.

# %% [markdown]
# ## 4. What a descriptor is
#
# Why not feed the positions to the model? Because the energy does not care where a molecule is, how it is turned, or which of two equal atoms is called number 0. Positions change in all three cases. A model of positions would have to learn that from examples, and would never learn it exactly.
#
# A **descriptor** $\mathbf{D}(\mathbf{R})$ is a list of numbers, its **features**, computed from the positions such that it stays the same in all three cases. The course uses **SOAP**: it puts a small Gaussian on every atom and describes how the sum looks from a point, the *centre*. Lesson [2](02_dataset.ipynb) opens it up; here it is a function that gives six features.
#
# The next cell shifts, turns and swaps a pair of atoms. The centre is put between the atoms, wherever they are.

# %%
from ase.calculators.lj import LennardJones

from forcefield.descriptors import MIDPOINT, describe, make_soap

soap = make_soap()  # the tutorial's settings
original = dimers([3.0])[0]
shifted, turned, swapped = original.copy(), original.copy(), original[[1, 0]]
shifted.translate([1.0, 2.0, 3.0])
turned.rotate(40, (1, 2, 3), center="COM")


def look(structure):
    """Positions (Å), ASE's energy (eV) and descriptor (no unit) of one pair."""
    descriptors, _ = describe(soap, [structure], [structure.positions.mean(axis=0)])
    energies = label([structure], LennardJones(sigma=2.9, epsilon=1.0))[1]
    return structure.positions, energies, descriptors


# %%
before = look(original)
print("           positions change by   energy the same   descriptor the same")
for name, structure in {"shifted": shifted, "turned": turned, "swapped": swapped}.items():
    pairs = zip(look(structure), before, strict=True)
    changes = [np.abs(after - first).max() for after, first in pairs]
    same = ["yes" if change < 1e-10 else "no" for change in changes[1:]]
    print(f"{name:8}{changes[0]:18.2f} Å{same[0]:>17}{same[1]:>20}")
    assert changes[0] > 0.5
    assert max(changes[1:]) < 1e-10

# %% [markdown]
# One coordinate changes by up to 3 Å. Energy and descriptor stay the same (to $10^{-10}$, in eV for the energy). So a model of the descriptor is **invariant** without having to learn it.
#
# One condition is easy to miss: the centre moved along with the pair. In lessons 2 and 3 the centre stays at the origin, and so do the pairs. Lesson [4](04_analysis.ipynb) shows what goes wrong when only the pair moves.

# %% [markdown]
# ### The Jacobian
#
# Forces are derivatives with respect to positions, so we also need to know how each feature changes when each atom moves. All these derivatives together are the **Jacobian** $\nabla\mathbf{D} = \partial\mathbf{D}/\partial\mathbf{R}$. DScribe computes it; `describe` returns both.

# %%
positions = original.positions
D, dD_dR = describe(soap, [original], [MIDPOINT])
print("D      (n_systems, n_centers, n_features):            ", D.shape)
print("dD/dR  (n_systems, n_centers, n_atoms, 3, n_features):", dD_dR.shape)
print("six features of the pair:     ", D[0, 0].round(3))
print("moving atom 0 along x changes: ", dD_dR[0, 0, 0, 0].round(3), "per Å")

# %% [markdown]
# Read the last index first: `dD_dR[0, 0, 1, 0, 5]` says how fast feature 5 (of system 0, centre 0) changes when atom 1 moves along $x$ (axis 0). Six features times six coordinates make 36 numbers for one pair and one centre.

# %% [markdown]
# ## 5. The way from positions to forces
#
# Now the whole principle fits in one line each. A network $f$ predicts the energy from the descriptor; a hat marks a prediction. The forces are its negative gradient, where $\nabla$ is the derivative with respect to the positions:
#
# $$\hat{E} = f(\mathbf{D}), \qquad \hat{\mathbf{F}} = -\nabla f(\mathbf{D}) .$$
#
# The figure shows the way that the data takes through the whole course.

# %%
stations = {
    "positions $\\mathbf{R}$\n(n_systems, n_atoms, 3)": (1.2, 2, "light"),
    "descriptors $\\mathbf{D}$\n(n_systems, n_centers,\nn_features)": (5, 3.5, "light"),
    "derivatives $\\partial\\mathbf{D}/\\partial\\mathbf{R}$\n(n_systems, n_centers,\nn_atoms, 3, n_features)": (
        5,
        2,
        "light",
    ),
    "labels: energies $E$,\nforces $\\mathbf{F}$": (5, 0.5, "truth"),
    "energies $\\hat{E}$\n(n_systems,)": (8.8, 3.5, "model"),
    "forces $\\hat{\\mathbf{F}}$\n(n_systems, n_atoms, 3)": (8.8, 2, "model"),
    "loss $L$\none number": (8.8, 0.5, "training"),
}
steps = [
    ((2.3, 2.4), (3.9, 3.4), "SOAP"),
    ((2.45, 2), (3.75, 2), "SOAP"),
    ((2.3, 1.6), (3.9, 0.6), "potential"),
    ((6.2, 3.5), (7.9, 3.5), "network $f$"),
    ((8.8, 3.1), (8.8, 2.45), "slope"),
    ((6.25, 2), (7.45, 2), "chain rule"),
    ((6.2, 0.5), (7.9, 0.5), "truth"),
    ((8.8, 1.6), (8.8, 0.9), "compare $\\hat{E}$, $\\hat{\\mathbf{F}}$"),
]

# %%
figure, axes = plt.subplots(figsize=(9.5, 4.3))
for text, (x, y, role) in stations.items():
    box = {"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": COLOURS[role], "lw": 2}
    _ = axes.text(x, y, text, ha="center", va="center", fontsize=10, bbox=box)
for start, end, text in steps:
    _ = axes.annotate("", end, start, arrowprops={"arrowstyle": "->", "linewidth": 1.5})
    x, y = (np.array(start) + end) / 2
    _ = axes.text(x, y, text, ha="center", va="center", fontsize=9, bbox={"color": "white", "pad": 1})
_ = axes.set(xlim=(-0.2, 10.6), ylim=(0, 4))
axes.axis("off")
show(
    figure,
    "The way of the data. SOAP turns positions into descriptors and derivatives. "
    "The network turns descriptors into energies. Its slope and the derivatives give forces "
    "by the chain rule. The loss compares energies and forces with the labels.",
)

# %% [markdown]
# Look at the two arrows into the forces: one brings the slope of the network, the other the derivatives of the descriptor. The next section puts the two together, number by number.

# %% [markdown]
# ## 6. The chain rule, step by step
#
# The energy depends on the positions only through the descriptor. So the derivative is a sum over all features (and, with several centres $c$, over those too):
#
# $$\hat F_{a\alpha} = -\frac{\partial \hat E}{\partial R_{a\alpha}} = -\sum_{c}\sum_{k} \frac{\partial f}{\partial D_{ck}}\;\frac{\partial D_{ck}}{\partial R_{a\alpha}}$$
#
# Here $a$ counts atoms, $\alpha$ the three axes $x, y, z$, and $k$ the features.
#
# ### Step 1: a network, small enough to see
#
# A **network** is a formula with many numbers that can be adjusted, its **weights**. In ours, six features go in, three *hidden units* each take a weighted sum of them and its tanh, and a weighted sum of the three is the energy: $f(\mathbf{D}) = \mathbf{w}\cdot\tanh(W\mathbf{D} + \mathbf{b})$.
#
# The weights $W$, $\mathbf{b}$ and $\mathbf{w}$ are drawn at random, with a fixed **seed**, so that everybody draws the same. The network has learned nothing; for the chain rule that does not matter.

# %%
rng = np.random.default_rng(0)
W = rng.normal(scale=0.5, size=(3, 6))  # hidden unit, feature
b = rng.normal(scale=0.5, size=3)
w = rng.normal(size=3)  # eV


def network(D):
    """Energies (n_systems,) in eV from descriptors (n_systems, n_centers, n_features)."""
    hidden = np.tanh(D @ W.T + b)  # (n_systems, n_centers, 3)
    return (hidden @ w).sum(axis=1)


print("D", D.shape, "-> E", network(D).shape, "=", network(D).round(4), "eV")

# %% [markdown]
# ### Step 2: the slope of the network, dE/dD
#
# The derivative of $\tanh(x)$ is $1 - \tanh^2(x)$. By hand: $\partial f/\partial D_k = \sum_j w_j\,(1 - h_j^2)\,W_{jk}$, with $h_j$ the output of hidden unit $j$. One number for each feature, so the shape is that of $\mathbf{D}$.

# %%
hidden = np.tanh(D @ W.T + b)
dE_dD = (w * (1 - hidden**2)) @ W
print("dE/dD", dE_dD.shape, "=", dE_dD[0, 0].round(3), "eV")

# %% [markdown]
# For a large network nobody does this by hand. torch does it: **automatic differentiation** keeps a record of every operation and applies the chain rule backwards. Same numbers:

# %%
import torch

torch.set_num_threads(1)  # the matrices are tiny; more threads would only get in each other's way

D_tensor = torch.tensor(D, requires_grad=True)
hidden_tensor = torch.tanh(D_tensor @ torch.tensor(W).T + torch.tensor(b))
E_tensor = (hidden_tensor @ torch.tensor(w)).sum()
(gradient,) = torch.autograd.grad(E_tensor, D_tensor)
print("from torch:", tuple(gradient.shape), "=", gradient.numpy()[0, 0].round(3), "eV")
assert np.allclose(gradient.numpy(), dE_dD, rtol=0, atol=1e-12)

# %% [markdown]
# ### Step 3: multiply and add, with loops
#
# For each atom and each axis, go through the features: slope of the network times derivative of the feature, all added up. The indices are those of the formula: `x` stands for $\alpha$, and `s` counts the systems.

# %%
n_systems, n_centers, n_atoms, n_axes, n_features = dD_dR.shape
dE_dR = np.zeros((n_systems, n_atoms, n_axes))
for s in range(n_systems):
    for a in range(n_atoms):
        for x in range(n_axes):
            for c in range(n_centers):
                for k in range(n_features):
                    dE_dR[s, a, x] += dE_dD[s, c, k] * dD_dR[s, c, a, x, k]
print("dE/dR", dE_dR.shape)
print((dE_dR[0].round(4) + 0.0), "eV/Å")

# %% [markdown]
# ### Step 4: the same in one line, and the minus sign
#
# `np.einsum` is a sum written with index letters. Letters that are missing after the arrow are summed over: here `c` and `k`. What is left, `s a x`, is the shape of the forces. The minus sign turns the gradient into a force.

# %%
F = -np.einsum("sck,scaxk->sax", dE_dD, dD_dR)
print("F", F.shape)
print((F[0].round(4) + 0.0), "eV/Å")
assert np.allclose(F, -dE_dR, rtol=0, atol=1e-12)

# %% [markdown]
# | array | letters | shape here | shape in general | unit |
# |---|---|---|---|---|
# | $\mathbf{D}$ | `s c k` | (1, 1, 6) | (n_systems, n_centers, n_features) | none |
# | $\partial f/\partial\mathbf{D}$ | `s c k` | (1, 1, 6) | (n_systems, n_centers, n_features) | eV |
# | $\partial\mathbf{D}/\partial\mathbf{R}$ | `s c a x k` | (1, 1, 2, 3, 6) | (n_systems, n_centers, n_atoms, 3, n_features) | 1/Å |
# | $\hat{\mathbf{F}}$ | `s a x` | (1, 2, 3) | (n_systems, n_atoms, 3) | eV/Å |

# %% [markdown]
# ### Step 5: check it
#
# The whole way, from positions to energy, is one function. Its central differences know nothing of chain rules. `numerical_forces` moves each of the six coordinates by $\pm 10^{-4}$ Å and changes the sign.

# %%
import ase

from forcefield.gradients import numerical_forces


def energy_of_positions(positions):
    """Energy (eV) of the network for positions (n_atoms, 3) in Å; the centre stays at the origin."""
    D, _ = describe(soap, [ase.Atoms("HH", positions)], [MIDPOINT])
    return network(D)[0]


difference = np.abs(numerical_forces(energy_of_positions, positions) - F[0]).max()
print("chain rule and central differences agree to 1e-6 eV/Å:", difference < 1e-6)
assert difference < 1e-6

# %% [markdown]
# A remark on the sum of the forces. For this pair it is zero, because the centre lies exactly in the middle. It is not a gift of the chain rule: move the pair by 0.3 Å, leave the centre where it is, and the sum is no longer zero.

# %%
for shift in (0.0, 0.3):
    D_moved, dD_moved = describe(soap, dimers([3.0], shift=shift), [MIDPOINT])
    slope = (w * (1 - np.tanh(D_moved @ W.T + b) ** 2)) @ W
    total = -np.einsum("sck,scaxk->x", slope, dD_moved)
    print(f"pair moved by {shift} Å: sum of the x forces {abs(total[0]):.3f} eV/Å (without its sign)")
    assert (abs(total[0]) < 1e-9) == (shift == 0.0)

# %% [markdown]
# Lesson [4](04_analysis.ipynb) shows how much harm this does to a trained model, and lesson [6](06_many_atoms.ipynb) the cure: centres that sit on the atoms.

# %% [markdown]
# ## 7. The loss
#
# Training means: change the weights of $f$ until predictions match labels. The **loss** says with one number how far they are apart. The tutorial's, and ours, adds the mean squared errors (MSE) of energies and forces, each divided by the variance of its labels in the training set:
#
# $$L = \frac{\mathrm{MSE}(E)}{\mathrm{var}(E)} + \frac{\mathrm{MSE}(\mathbf{F})}{\mathrm{var}(\mathbf{F})}, \qquad \mathrm{MSE}(E) = \frac{1}{N}\sum_{i=1}^{N} (\hat E_i - E_i)^2 .$$
#
# $N$ counts the systems. The second mean, and $\mathrm{var}(\mathbf{F})$, run over all force components: systems, atoms and axes.
#
# The next cell makes labels and descriptors for 200 pairs: 30 to train on, 170 to test on. Lesson [2](02_dataset.ipynb) does that slowly.

# %%
from forcefield.dataset import Dataset, equally_spaced

structures = dimers(distances)
data = Dataset(*label(structures), *describe(soap, structures, [MIDPOINT]))
chosen, others = equally_spaced(200, 30)
training, test = data[chosen], data[others]
print(f"pairs for training: {len(training)}   for the test: {len(test)}")
print(f"var(E) = {training.energies.var():.2f} eV²   var(F) = {training.forces.var():.2f} (eV/Å)²")

# %% [markdown]
# What is a loss of 1? Take the laziest model: it always says the mean. Its mean squared error *is* the variance, so each part of the loss is exactly 1.


# %%
def loss_parts(energies, forces, true_energies, true_forces):
    """MSE of energies and of forces, in the squares of whatever units they have."""
    return ((energies - true_energies) ** 2).mean(), ((forces - true_forces) ** 2).mean()


E_true, F_true = training.energies, training.forces
energy_part, force_part = loss_parts(E_true.mean(), F_true.mean(), E_true, F_true)
print(f"energy part: {energy_part / E_true.var():.3f}   force part: {force_part / F_true.var():.3f}")

# %% [markdown]
# So a model that knows nothing has $L = 2$, whatever the material. A part of 0.01 means that the mean squared error is 1 % of the variance.
#
# ### What the variances do: they take the units out
#
# Take predictions that are a little wrong ($\varepsilon$ 1 % too large, $\sigma_\mathrm{LJ}$ 1 % too small), and write the same predictions and labels in different units. How many times larger is the force part than the energy part?

# %%
from ase import units

_, wrong_E, wrong_F = label(dimers(distances[chosen]), LennardJones(sigma=0.99 * 2.9, epsilon=1.01))
systems_of_units = {  # what 1 eV and 1 eV/Å are in these units
    "eV and eV/Å": (1, 1),
    "meV and meV/Å": (1e3, 1e3),
    "eV and eV/nm": (1, units.nm),
    "Hartree and Hartree/Bohr": (1 / units.Hartree, units.Bohr / units.Hartree),
    "eV and meV/Å (mixed)": (1, 1e3),
    "meV and eV/Å (mixed)": (1e3, 1),
}

# %%
print(f"{'units of E and F':26}{'plain sum':>12}{'with variances':>16}")
ratios = []
for name, (u, v) in systems_of_units.items():
    energy_part, force_part = loss_parts(u * wrong_E, v * wrong_F, u * E_true, v * F_true)
    ratios.append((force_part / (v * F_true).var()) / (energy_part / (u * E_true).var()))
    print(f"{name:26}{force_part / energy_part:12.3g}{ratios[-1]:16.3f}")
assert np.allclose(ratios, ratios[0])

# %% [markdown]
# Without the variances, the balance between energies and forces depends on the unit of length, and on what is mixed with what. With them it is always the same. A change of the energy unit alone (eV to meV, in both) leaves the balance as it is, but makes the loss a million times larger.

# %% [markdown]
# ### Does it matter for a trained model?
#
# We train twelve networks on the 30 labels: three with the variances, and three without them in each of three systems of units. The three differ in the seed of their first weights. `train` always divides by the variances; `energy_weight` and `force_weight` multiply them back (lesson [3](03_training.ipynb) opens `train` up).
#
# The errors are mean absolute errors on the 170 pairs that were not trained on. Nothing is chosen by them: the recipe is fixed beforehand.

# %%
from forcefield.training import train

var_E, var_F = training.energies.var(), training.forces.var()
recipes = {  # weights of the energy part and of the force part
    "with variances": (1, 1),
    "without, eV and eV/Å": (var_E, var_F),
    "without, meV and eV/Å": (var_E * 1e6, var_F),
    "without, eV and meV/Å": (var_E, var_F * 1e6),
}
deviations = {}
for name, (energy_weight, force_weight) in recipes.items():
    for seed in (0, 1, 2):
        settings = {"energy_weight": energy_weight, "force_weight": force_weight}
        model, _ = train(training, seed=seed, iterations=200, **settings)
        energies, forces = model.predict(test.descriptors, test.derivatives)
        force_errors = (forces - test.forces)[:, 0, 0]
        deviations[name, seed] = 1000 * (energies - test.energies), 1000 * force_errors


# %%
def errors(name, kind):
    """Mean absolute errors of the three seeds in meV (kind 0) or meV/Å (kind 1: x on atom 0)."""
    return [np.abs(deviations[name, seed][kind]).mean() for seed in (0, 1, 2)]


figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.2), sharey=True)
for row, name in enumerate(recipes):
    for panel, kind, marker, role in ((left, 0, "o", "model"), (right, 1, "s", "training")):
        _ = panel.plot(errors(name, kind), [row] * 3, marker, color=COLOURS[role], alpha=0.7)
_ = left.set(xscale="log", xlabel="energy error (meV)", ylim=(3.5, -0.5))
_ = left.set(yticks=range(4), yticklabels=recipes)
_ = right.set(xscale="log", xlabel="force error (meV/Å)", xlim=(1, 1000))
show(
    figure,
    "Errors on held-out pairs for four losses, three seeds each, on a logarithmic scale. "
    "Energy errors are small except when forces are in meV/Å and energies in eV: "
    "then they are far larger. Force errors stay small.",
)

# %% [markdown]
# In one row the energies are far off, although the forces beside them are fine; the other rows lie closer together. In numbers (`report` prints each beside a bound that it checks):

# %%
from forcefield.evaluation import report

for name in list(recipes)[:3]:
    report(f"{name}: energy error, worst of three seeds", max(errors(name, 0)), "meV", at_most=8)
bad = "without, eV and meV/Å"
report(f"{bad}: energy error, best of three seeds", min(errors(bad, 0)), "meV", at_least=300)
report(f"{bad}: force error, worst of three seeds", max(errors(bad, 1)), "meV/Å", at_most=60)
energy_errors = [deviations[bad, seed][0] for seed in (0, 1, 2)]
centred = [np.abs(error - error.mean()).mean() for error in energy_errors]
report(f"{bad}: energy error without its mean, worst", max(centred), "meV", at_most=4)

# %% [markdown]
# What this shows, and what it does not:
#
# - In eV and eV/Å, leaving the variances out does no harm here. The two labels agree with each other and have no noise, so a good fit of one is a good fit of the other.
# - With energies in meV beside forces in eV/Å, almost only the energies count, and the forces get somewhat worse. How much is a question for more seeds: lesson [5](05_experiments.ipynb) asks it.
# - With forces in meV/Å beside energies in eV, the force part weighs a million times more. The forces are still learned. The energies are wrong by a nearly constant amount: taken without their mean error, they are fine. **Forces say nothing about the constant in the energy**, and the only part that does is drowned out.
# - So dividing by the variances is a safeguard: the same balance in any units and for any material, without trying. It need not be the best balance; lesson [5](05_experiments.ipynb) varies it.

# %% [markdown]
# ## Terminology
#
# The terms and symbols that the lessons share. Shapes use n_systems (structures in a set), n_atoms, n_centers and n_features. A hat, as in $\hat E$, marks a prediction.
#
# | term | symbol | name in the code | shape | unit | first used |
# |---|---|---|---|---|---|
# | positions | $\mathbf{R}$ | `positions` | (n_systems, n_atoms, 3) | Å | [1](01_principle.ipynb) |
# | distance of two atoms | $r$ | `distances` | (n_systems,) | Å | [1](01_principle.ipynb) |
# | energy (label) | $E$ | `energies` | (n_systems,) | eV | [1](01_principle.ipynb) |
# | forces (label), $-\partial E/\partial\mathbf{R}$ | $\mathbf{F}$ | `forces` | (n_systems, n_atoms, 3) | eV/Å | [1](01_principle.ipynb) |
# | predicted energy, forces | $\hat E$, $\hat{\mathbf{F}}$ | `model.predict(...)` | as $E$, $\mathbf{F}$ | eV, eV/Å | [1](01_principle.ipynb) |
# | Lennard-Jones size | $\sigma_\mathrm{LJ}$ | `systems.SIGMA` | one number | Å | [1](01_principle.ipynb) |
# | Lennard-Jones depth | $\varepsilon$ | `systems.EPSILON` | one number | eV | [1](01_principle.ipynb) |
# | distance of lowest energy | $r_\mathrm{min} = 2^{1/6}\sigma_\mathrm{LJ}$ | `r_min` | one number | Å | [1](01_principle.ipynb) |
# | descriptor: numbers that describe surroundings | $\mathbf{D}$ | `descriptors` | (n_systems, n_centers, n_features) | none | [1](01_principle.ipynb) |
# | feature: one number of a descriptor | $D_k$ | last index | one number | none | [1](01_principle.ipynb) |
# | centre: the point that a descriptor looks from | | `centers` | (n_centers, 3), or atom indices | Å | [1](01_principle.ipynb) |
# | Jacobian: derivatives of the descriptor | $\nabla\mathbf{D} = \partial\mathbf{D}/\partial\mathbf{R}$ | `derivatives` | (n_systems, n_centers, n_atoms, 3, n_features) | 1/Å | [1](01_principle.ipynb) |
# | SOAP: how far a centre sees | $r_\mathrm{cut}$ | `cutoff_radius` (DScribe: `r_cut`) | one number | Å | [2](02_dataset.ipynb) |
# | SOAP: width of the Gaussian on each atom | $\sigma$ | `sigma` | one number | Å | [2](02_dataset.ipynb) |
# | SOAP: number of radial functions | $n_\mathrm{max}$ | `n_max` | one number | none | [2](02_dataset.ipynb) |
# | SOAP: highest degree of the angular functions | $l_\mathrm{max}$ | `l_max` | one number | none | [2](02_dataset.ipynb) |
# | does a centre move with its atom? | | `attach` | yes or no | | [2](02_dataset.ipynb) |
# | central difference, step | $h$ | `step` | one number | Å | [1](01_principle.ipynb) |
# | network: a formula with adjustable weights | $f$ | `model`, `ForceField` | descriptors to energies | eV | [1](01_principle.ipynb) |
# | slope of the network | $\partial f/\partial\mathbf{D}$ | `gradient` | (n_systems, n_centers, n_features) | eV | [1](01_principle.ipynb) |
# | loss | $L$ | `Loss` | one number | none | [1](01_principle.ipynb) |
# | variance of the training labels | $\mathrm{var}(E)$, $\mathrm{var}(\mathbf{F})$ | `energy_variance`, `force_variance` | one number each | eV², (eV/Å)² | [1](01_principle.ipynb) |
# | standardise: subtract mean, divide by spread | | `standardise` | as $\mathbf{D}$ | none | [3](03_training.ipynb) |
# | training set: what weights are fitted to | | `training` | part of the systems | | [1](01_principle.ipynb) |
# | validation set: what decides when to stop and which settings to take | | `validation` | part of the systems | | [3](03_training.ipynb) |
# | test set: used for the final errors only | | `test` | part of the systems | | [1](01_principle.ipynb) |
# | mean absolute error | MAE | `mean_absolute_error` | one number | meV, meV/Å | [1](01_principle.ipynb) |
# | seed: fixes what is drawn at random | | `seed` | whole number | | [1](01_principle.ipynb) |

# %% [markdown]
# ## Exercises
#
# **1.** For which $\sigma_\mathrm{LJ}$ does the well have its bottom at exactly 3 Å? Compute it and check that the force vanishes there.
#
# <details><summary>Solution</summary>
#
# ```python
# sigma = 3.0 / 2 ** (1 / 6)
# print(sigma, force(3.0, sigma))
# ```
#
# 2.673 Å; the force is zero up to rounding.
#
# </details>
#
# **2.** The Morse potential is $E(r) = \varepsilon\,(e^{-2a(r-r_0)} - 2e^{-a(r-r_0)})$. Write its force for $\varepsilon = 1$ eV, $a = 2$ Å⁻¹, $r_0 = 3.25$ Å, and check it with a central difference at 3.0 and 4.0 Å.
#
# <details><summary>Solution</summary>
#
# ```python
# def morse(r, epsilon=1.0, a=2.0, r0=3.25):
#     decay = np.exp(-a * (r - r0))
#     return epsilon * (decay**2 - 2 * decay), 2 * a * epsilon * (decay**2 - decay)
#
# for r in (3.0, 4.0):
#     numerical = -(morse(r + 1e-4)[0] - morse(r - 1e-4)[0]) / 2e-4
#     print(morse(r)[1], numerical)
# ```
#
# The derivative of $e^{-2a(r-r_0)}$ brings down $-2a$, that of $-2e^{-a(r-r_0)}$ brings down $+2a$; the force is minus their sum.
#
# </details>
#
# **3.** Do steps 2 to 4 of the chain rule for five pairs at once, at 2.6, 3.0, 3.5, 4.0 and 4.8 Å. Which shapes do you expect for $\mathbf{D}$, $\partial\mathbf{D}/\partial\mathbf{R}$ and $\mathbf{F}$?
#
# <details><summary>Solution</summary>
#
# ```python
# D5, dD5 = describe(soap, dimers([2.6, 3.0, 3.5, 4.0, 4.8]), [MIDPOINT])
# slope5 = (w * (1 - np.tanh(D5 @ W.T + b) ** 2)) @ W
# F5 = -np.einsum("sck,scaxk->sax", slope5, dD5)
# print(D5.shape, dD5.shape, F5.shape)
# assert np.allclose(F5[1], F[0])
# ```
#
# (5, 1, 6), (5, 1, 2, 3, 6) and (5, 2, 3). Not one line of the computation changed: the letter `s` runs over five systems instead of one.
#
# </details>

# %% [markdown]
# ## Summary
#
# - A force field gives $E(\mathbf{R})$; forces are $-\partial E/\partial\mathbf{R}$. For our pair, the $x$ force on atom 0 is $+\mathrm{d}E/\mathrm{d}r$.
# - Lennard-Jones: the bottom is at $2^{1/6}\sigma_\mathrm{LJ}$ and $\varepsilon$ deep. ASE's energies are 5.5 meV higher, its forces are the same.
# - A descriptor stays the same when a structure is shifted, turned, or has equal atoms swapped.
# - Chain rule: $\partial f/\partial\mathbf{D}$ (n_systems, n_centers, n_features) times $\partial\mathbf{D}/\partial\mathbf{R}$ (n_systems, n_centers, n_atoms, 3, n_features), summed over centres and features, with a minus sign: forces (n_systems, n_atoms, 3). Central differences agree.
# - Dividing each part of the loss by its variance makes the balance independent of units. A model that always says the mean has 1 in each part.
#
# ## Questions
#
# **1.** Two atoms sit at $x = -2$ Å and $x = +2$ Å, beyond the bottom of the well. What is the sign of the $x$ force on atom 0, the left one?
#
# <details><summary>Answer</summary>
#
# Positive. Beyond the bottom the atoms attract each other, so the left atom is pulled to the right. In formulas: $F_{0,x} = +\mathrm{d}E/\mathrm{d}r$, and the energy rises with $r$ there.
#
# </details>
#
# **2.** Ten structures of 13 atoms each have a centre on every atom and 50 features. Which shape have the derivatives, and over which letters does the chain rule sum?
#
# <details><summary>Answer</summary>
#
# (10, 13, 13, 3, 50): systems, centres, atoms, axes, features. The sum runs over centres `c` and features `k`; what is left is (10, 13, 3).
#
# </details>
#
# **3.** A colleague gives you energies in eV and forces in Hartree/Bohr, and adds the two plain mean squared errors. Name two things that are wrong.
#
# <details><summary>Answer</summary>
#
# First, the forces are not the derivatives of these energies: minus the derivative of an energy in eV by a length in Å is a force in eV/Å, so the two labels contradict each other by a factor of 51.4. No model can fit both, and no weights in the loss repair that. Second, without the variances the balance of the two parts depends on the units.
#
# </details>
#
# ## Next
#
# [2. Dataset](02_dataset.ipynb): two hundred labelled pairs, what the six features are, and a strict check of every derivative.
