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
# **Time** about 65 minutes to read and run, 45 for the exercises. Parts marked *optional* (10 of the 65 minutes) are not needed later. All cells run in under a minute.
#
# Terms and symbols are explained where they first stand, and all of them are listed in [Terminology](01_principle.ipynb#Terminology), at the end of this lesson.

# %% [markdown]
# ## 1. What a force field is
#
# Atoms move because forces act on them. A **force field** is a rule that takes the elements and positions $\mathbf{R}$ of all atoms and gives one number, the potential [energy](01_principle.ipynb#Terminology) $E(\mathbf{R})$. The [forces](01_principle.ipynb#Terminology) $\mathbf{F}$ follow from it:
#
# $$\mathbf{F} = -\frac{\partial E}{\partial \mathbf{R}}$$
#
# In words: move an atom a little, see how the energy changes, and change the sign. The force points to where the energy falls. The sign $\partial$ means a partial derivative: one coordinate of one atom changes, all others stay. $\mathbf{R}$ is bold because it stands for many numbers, three coordinates for each atom, and so does $\mathbf{F}$.
#
# Lengths are in ångström (1 Å = $10^{-10}$ m, about the size of an atom), energies in electronvolt (1 eV = $1.6\times10^{-19}$ J; a strong chemical bond has a few eV, the motion of an atom at room temperature 0.04 eV), and so forces in eV/Å.
#
# Where does $E(\mathbf{R})$ come from? Quantum mechanics gives it, but it takes time. The method that is used most, *density-functional theory*, computes the energy from the density of the electrons. Its time usually grows with the *cube* of their number, so twice as many atoms take eight times as long ([Goedecker 1999](https://doi.org/10.1103/RevModPhys.71.1085)). A model in which the energy of each atom depends on its surroundings alone takes twice as long for twice as many atoms. It gives up what acts over long distances, such as the attraction of two charges far apart.
#
# So one computes hundreds of structures with quantum mechanics, and lets a model learn $E(\mathbf{R})$ from the results, the **labels**. That is a machine-learned force field.

# %% [markdown]
# ### Three simple choices
#
# This lesson and the next three follow [DScribe's tutorial](https://singroup.github.io/dscribe/latest/tutorials/machine_learning/forces_and_energies.html). It makes three choices, each as simple as possible:
#
# | choice | why it is simple | what real systems need | lesson |
# |---|---|---|---|
# | two atoms (a **dimer**) with a Lennard-Jones potential (section 2) | one distance, so every curve can be drawn; labels are exact and cost nothing | many atoms, labels from quantum mechanics, more data, longer training | [6](06_many_atoms.ipynb), [9](09_crystals.ipynb), [10](10_molecule.ipynb) |
# | the SOAP descriptor (section 4) at one point, between the atoms | one centre that never moves | many centres, usually one on each atom, that move along | [6](06_many_atoms.ipynb) |
# | a fully connected neural network (section 6) | its derivative with respect to its input is computed automatically | any method will do if it can be differentiated | [4](04_analysis.ipynb) |
#
# Simple does not mean wrong: the steps (descriptor, model, derivative) are those of large force fields that use descriptors.

# %% [markdown]
# ## 2. Energy and force of two atoms
#
# The Lennard-Jones potential ([Jones 1924](https://doi.org/10.1098/rspa.1924.0082)) gives the energy of two atoms at [distance](01_principle.ipynb#Terminology) $r$ (Å):
#
# $$E(r) = 4\varepsilon\left[\left(\frac{\sigma_\mathrm{LJ}}{r}\right)^{12} - \left(\frac{\sigma_\mathrm{LJ}}{r}\right)^{6}\right]$$
#
# $\sigma_\mathrm{LJ}$ (Å) sets the size of the atoms, $\varepsilon$ (eV) the strength of their bond. The derivative, with its sign changed, is the force along the line between them; **positive pushes them apart**:
#
# $$F(r) = -\frac{\mathrm{d}E}{\mathrm{d}r} = \frac{24\varepsilon}{r}\left[2\left(\frac{\sigma_\mathrm{LJ}}{r}\right)^{12} - \left(\frac{\sigma_\mathrm{LJ}}{r}\right)^{6}\right]$$

# %%
import numpy as np

from forcefield.exercises import check, check_solution, progress, quiz
from forcefield.lesson import start_lesson

start_lesson()  # one thread, and one style for all figures


# %%
def energy(r, sigma=2.9, epsilon=1.0):
    """Lennard-Jones energy (eV) at distance r (Å)."""
    return 4 * epsilon * ((sigma / r) ** 12 - (sigma / r) ** 6)


# %%
def force(r, sigma=2.9, epsilon=1.0):
    """Minus dE/dr (eV/Å): positive pushes the atoms apart."""
    return 24 * epsilon / r * (2 * (sigma / r) ** 12 - (sigma / r) ** 6)


# %%
for r in (2.5, 2.9, 3.25, 4.0, 5.0):
    print(f"r = {r:.2f} Å   E = {energy(r):7.3f} eV   F = {force(r):7.3f} eV/Å")

# %% [markdown]
# The defaults, 2.9 Å and 1 eV, are those of the tutorial.
#
# The labels of this course come from **ASE** (Atomic Simulation Environment), a library with many potentials, one of which is Lennard-Jones. ASE cuts the potential off: beyond $3\sigma_\mathrm{LJ}$ (8.7 Å) its energy is zero. So that no step remains there, it adds a constant to the energy at all shorter distances.
#
# **What do you expect?** Between 2.5 and 5 Å, which of ASE's numbers differ from ours?
#
# - **A** the energies
# - **B** the forces
# - **C** both
#
# In the next cell `dimers` makes pairs of atoms along $x$, `label` asks ASE for their energies and forces, and atom 1 is the right one, at $x = +r/2$.

# %%
from forcefield.systems import dimers, label, lennard_jones_calculator

distances = np.linspace(2.5, 5.0, 200)
_, ase_energies, ase_forces = label(dimers(distances), lennard_jones_calculator())
shifts = 1000 * (ase_energies - energy(distances))
force_shifts = ase_forces[:, 1, 0] - force(distances)
print(f"ASE's energy minus ours: from {shifts.min():.4f} to {shifts.max():.4f} meV")
print("forces equal to 1e-10 eV/Å:", np.abs(force_shifts).max() < 1e-10)
print(f"minus our energy at three sigma: {-1000 * energy(3 * 2.9):.4f} meV")

# %% [markdown]
# **Answer: A.** The energies differ by one constant, 5.5 meV (thousandths of an eV): it lifts the curve so that it ends at zero. The forces do not differ, so B and C fail: **a constant added to the energy changes no force**, because its derivative is zero. (The package's own function gives the same numbers as ours:)

# %%
from forcefield.systems import lennard_jones

package_energies, package_forces = lennard_jones(distances)
assert np.allclose(energy(distances), package_energies, rtol=0, atol=1e-12)
assert np.allclose(force(distances), package_forces, rtol=0, atol=1e-12)
assert np.allclose(force(distances), ase_forces[:, 1, 0], rtol=0, atol=1e-10)

# %% [markdown]
# ### What sigma and epsilon do
#
# Where is the minimum of the energy? There the force is zero, so $2(\sigma_\mathrm{LJ}/r)^{12} = (\sigma_\mathrm{LJ}/r)^{6}$, and thus
#
# $$r_\mathrm{min} = 2^{1/6}\,\sigma_\mathrm{LJ} \approx 1.122\,\sigma_\mathrm{LJ}, \qquad E(r_\mathrm{min}) = -\varepsilon .$$

# %%
for sigma, epsilon in [(2.9, 1.0), (2.9, 0.5), (3.4, 1.0)]:
    r_min = 2 ** (1 / 6) * sigma
    lowest = energy(r_min, sigma, epsilon)
    assert np.isclose(lowest, -epsilon)
    assert abs(force(r_min, sigma, epsilon)) < 1e-12
    print(f"sigma {sigma} Å, epsilon {epsilon} eV: minimum at {r_min:.3f} Å, {lowest:.3f} eV")

# %% [markdown]
# The region around the minimum is called the *well*. The next cell, folded because it only draws, shows the three curves. (Click on the three dots of a folded cell to open it.)

# %% jupyter={"source_hidden": true} tags=["hide-input"]
from matplotlib import pyplot as plt

from forcefield.plots import COLOURS, LINES, show

r = np.linspace(2.5, 6.0, 400)
figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.6), sharex=True)
curves = [(2.9, 1.0, "truth", "-"), (2.9, 0.5, "model", "--"), (3.4, 1.0, "training", "-.")]
for sigma, epsilon, role, line in curves:
    style = LINES[role] | {"linestyle": line}
    name = rf"$\sigma_\mathrm{{LJ}}$ = {sigma} Å, $\varepsilon$ = {epsilon} eV"
    left.plot(r, energy(r, sigma, epsilon), label=name, **style)
    left.plot(2 ** (1 / 6) * sigma, -epsilon, "o", color=COLOURS[role])
    right.plot(r, force(r, sigma, epsilon), **style)
left.set(xlabel="distance $r$ (Å)", ylabel="energy $E$ (eV)", ylim=(-1.4, 2))
right.set(xlabel="distance $r$ (Å)", ylabel="force $F$ (eV/Å)", ylim=(-1.2, 2.5))
left.legend(fontsize=9)
show(figure, "Energy and force of three Lennard-Jones potentials. Half epsilon: half as deep a well "
     "at the same place. A larger sigma: the same depth further right. "
     "Each force is zero at the minimum of its energy.")

# %% [markdown]
# A smaller $\varepsilon$ scales the whole curve, a larger $\sigma_\mathrm{LJ}$ stretches it to the right. The dots are the minima computed above; at shorter distances than the dot the force is positive and pushes, at longer ones it is negative and pulls.

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
# | **Reset** | the default values; their curve stays as a dotted line |
#
# Drag a handle, or press Tab until it is marked and use the arrow keys. Below the picture the reading is written out.
#
# **Try:**
#
# 1. Make σ larger until the minimum lies as close to 4 Å as the slider can bring it. Which σ is that, and why does the depth not change?
# 2. Move r to the minimum. What happens to the straight line and to the force?
# 3. Double ε. What happens to the force at every distance, and why does the minimum stay where it is?
# 4. Find the distance of the strongest attraction. Where on the energy curve is that: at the minimum, or where the curve is steepest on its right side?
#
# <details><summary>What one sees</summary>
#
# 1. σ = 3.55 Å, with the minimum at 3.98 Å (3.60 Å gives 4.04). The depth is ε: σ only stretches the curve along $r$.
# 2. At the default values the slider comes closest with r = 3.25 Å. The line is horizontal and the force is close to zero, because the force is minus the slope.
# 3. The force doubles everywhere: ε stands in front of the whole formula. The minimum is where the force is zero, and twice zero is zero.
# 4. At 3.60 Å (exactly at $(26/7)^{1/6}\sigma_\mathrm{LJ}$ = 3.61 Å), where the energy curve is steepest on its right side. At the minimum the force is zero.
#
# </details>

# %% [markdown]
# ### Exercise 1.1: A well where you want it
#
# **5 minutes**
#
# Write a function that gives $\sigma_\mathrm{LJ}$ and $\varepsilon$ for a well with its minimum at a given distance and of a given depth. Write your code in place of the three dots, and run the cell as often as you like: it says what is still wrong.

# %% tags=["exercise"]
def well_at(distance, depth):
    """Lennard-Jones parameters for a minimum at `distance` (Å), `depth` (eV, above zero) below zero.

    Returns sigma (Å) and epsilon (eV), in this order.
    """
    return ...


check("1.1", well_at)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Above stands where the minimum is for a given $\sigma_\mathrm{LJ}$, and how deep it is. Solve the first for $\sigma_\mathrm{LJ}$. A function returns two numbers with `return first, second`.
#
# </details>

# %% jupyter={"source_hidden": true} tags=["solution", "hide-input"]
def well_at(distance, depth):
    return distance / 2 ** (1 / 6), depth


check_solution("1.1", well_at)

# %% [markdown]
# ## 3. Force is minus the slope
#
# Always check a derivative. The check needs no calculus: take the energy a little to the right and a little to the left (a [**central difference**](01_principle.ipynb#Terminology) with the step $h$),
#
# $$-\frac{\mathrm{d}E}{\mathrm{d}r} \approx -\frac{E(r+h) - E(r-h)}{2h} .$$

# %%
h = 1e-4  # Å
for r in (2.5, 3.0, 3.25, 4.0):
    numerical = -(energy(r + h) - energy(r - h)) / (2 * h)
    assert abs(numerical - force(r)) < 1e-5
    print(f"r = {r:.2f} Å   formula {force(r):8.4f}   central difference {numerical:8.4f} eV/Å")

# %% [markdown]
# The figure shows the same as straight lines with the slope $-F(r)$. If the force is right, they lie along the curve where they touch it. Change the three distances and run both cells again.

# %%
places = [2.95, 3.25, 3.7]  # Å

# %% jupyter={"source_hidden": true} tags=["hide-input"]
r = np.linspace(2.8, 5.0, 300)
figure, axes = plt.subplots(figsize=(7, 3.8))
axes.plot(r, energy(r), **LINES["truth"])
roles = [("training", "o"), ("validation", "s"), ("model", "^")]
for row, (r0, (role, marker)) in enumerate(zip(places, roles, strict=True)):
    near = np.array([r0 - 0.3, r0 + 0.3])
    axes.plot(near, energy(r0) - force(r0) * (near - r0), "--", color=COLOURS[role])
    axes.plot(r0, energy(r0), marker, color=COLOURS[role], markersize=8)
    slope = -force(r0) + 0.0
    text = f"r = {r0} Å: slope {slope:.2f} eV/Å, force {-slope:.2f} eV/Å"
    axes.plot(3.5, 0.95 - 0.3 * row, marker, color=COLOURS[role])
    axes.text(3.57, 0.95 - 0.3 * row, text, color=COLOURS[role], va="center", fontsize=10)
axes.set(xlabel="distance $r$ (Å)", ylabel="energy $E$ (eV)", ylim=(-1.4, 1.2))
show(figure, "The energy curve with three tangents. Left of the minimum the slope is negative and the "
     "force positive; near the minimum both are almost zero; right of it the signs are exchanged.")

# %% [markdown]
# Left of the minimum the curve falls, so the force is positive; right of it the curve rises, so the force is negative.

# %% [markdown]
# ### From a number to vectors
#
# $F(r)$ is one number. The force array has one vector for each atom: shape (n_atoms, 3), that is, (2, 3) here. In this course **atom 0 is the left one**, at $x = -r/2$, and atom 1 is at $x = +r/2$.
#
# **What do you expect?** At 3 Å the atoms repel each other with $F(r) = 4.12$ eV/Å. What is the $x$ component of the force on atom 0?
#
# - **A** +4.12 eV/Å
# - **B** −4.12 eV/Å
# - **C** −2.06 eV/Å: each atom gets half

# %%
for r in (3.0, 4.0):
    _, _, forces = label(dimers([r]), lennard_jones_calculator())
    print(f"r = {r} Å, forces of shape {forces[0].shape} in eV/Å:")
    for atom, vector in enumerate(forces[0]):
        print(f"   atom {atom}:", "  ".join(f"{component + 0.0:7.3f}" for component in vector))
    assert np.isclose(forces[0, 0, 0], -force(r))
    assert np.allclose(forces[0].sum(axis=0), 0)

# %% [markdown]
# **Answer: B.** Atom 0 is pushed to the left, to negative $x$; A would be right for atom 1. Nothing is shared out, so C fails: the force on each atom is a derivative of the same energy, by the coordinate of that atom. The distance is $r = x_1 - x_0$, so $\partial r/\partial x_0 = -1$ and $\partial r/\partial x_1 = +1$. The chain rule, in its smallest form:
#
# $$F_{0,x} = -\frac{\partial E}{\partial x_0} = -\frac{\mathrm{d}E}{\mathrm{d}r}\,\frac{\partial r}{\partial x_0} = -\frac{\mathrm{d}E}{\mathrm{d}r}\cdot(-1) = +\frac{\mathrm{d}E}{\mathrm{d}r}, \qquad F_{1,x} = -\frac{\mathrm{d}E}{\mathrm{d}r} .$$
#
# So the $x$ force on atom 0 is **plus** the slope. The two vectors add up to zero, as they must: nothing from outside pulls at the pair.

# %% jupyter={"source_hidden": true} tags=["hide-input"]
figure, axes = plt.subplots(figsize=(7, 2.6))
for row, r in enumerate((4.0, 2 ** (1 / 6) * 2.9, 3.1)):
    ends = np.array([-r / 2, r / 2])
    pushes = 0.6 * force(r) * np.array([-1, 1])  # how long the arrows are drawn: 0.6 Å for 1 eV/Å
    axes.plot(ends, [row, row], ":", color=COLOURS["truth"], linewidth=1)
    axes.scatter(ends, [row, row], s=260, color=COLOURS["light"], edgecolor="black", zorder=3)
    if abs(force(r)) > 1e-9:
        axes.quiver(ends, [row, row], pushes, [0, 0], angles="xy", scale_units="xy", scale=1,
                    width=0.008, color=COLOURS["training"], zorder=4)
    for atom, x in enumerate(ends):
        axes.text(x, row + 0.28, f"atom {atom}", ha="center", fontsize=9)
    axes.text(0, row + 0.08, f"r = {r:.2f} Å", ha="center")
axes.set(xlabel="x (Å)", yticks=[], xlim=(-3.3, 3.3), ylim=(-0.5, 2.7))
show(figure, "Three pairs of atoms with force arrows: close together they are pushed apart, "
     "at the minimum there is no force, far apart they are pulled together.")

# %% [markdown]
# The forces always drive the distance towards the minimum, and the two arrows of a pair are equally long.

# %% [markdown]
# ### Exercise 1.2: Forces that do not fit their energies
#
# **12 minutes** · spot the mistake
#
# Here are four sets of labels of the same 101 pairs, made by `dimers` at 3 to 4 Å. In three of them energies and forces contradict each other, by mistakes that happened in published data sets, in programs and in proposals for them. For each set give **the number by which its forces must be multiplied to be minus the slope of its energies** (1 if they fit). Then guess what happened. The sources stand with the solution.

# %% tags=["exercise"]
from forcefield.exercises.lesson_01 import suspicious_labels

set_distances, label_sets = suspicious_labels()  # distances (101,) in Å
set_energies, set_forces = label_sets["A"]  # (101,) in eV, (101, 2, 3) in eV/Å; or "B", "C", "D"

answer = {"A": ..., "B": ..., "C": ..., "D": ...}
check("1.2", answer)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `np.gradient(set_energies, set_distances)` gives the slope at every distance. Compare it with the $x$ force on one atom at one distance, and mind which atom you take: section 3 has the signs of both. A large number may be a unit: 1 Hartree is 27.2 eV.
#
# </details>
#
# <details><summary>Sources (they give the answer away)</summary>
#
# [isayev/COMP6, issue 2](https://github.com/isayev/COMP6/issues/2) and [torchmd-net, pull request 264](https://github.com/torchmd/torchmd-net/pull/264) (a data set); [torchani, pull request 421](https://github.com/aiqm/torchani/pull/421) (a proposed change of a program, withdrawn); [pymatgen-io-espresso, issue 21](https://github.com/Griffin-Group/pymatgen-io-espresso/issues/21) (a reader of output files). The mistakes are real, the numbers here are ours.
#
# </details>

# %% jupyter={"source_hidden": true} tags=["solution", "hide-input"]
answer = {}
for set_name, (set_energies, set_forces) in label_sets.items():
    set_slopes = np.gradient(set_energies, set_distances)
    answer[set_name] = -set_slopes[50] / set_forces[50, 1, 0]  # atom 1, at 3.5 Å

check_solution("1.2", answer)

# %% [markdown]
# ## 4. What a descriptor is
#
# Why not feed the positions to the model? Because the energy does not depend on where a molecule is, how it is turned, or which of two equal atoms is called number 0. Positions change in all three cases. A model of positions would have to learn that from examples, and would never learn it exactly.
#
# A [**descriptor**](01_principle.ipynb#Terminology) $\mathbf{D}(\mathbf{R})$ is a list of numbers, its [**features**](01_principle.ipynb#Terminology), computed from the positions such that it stays the same in all three cases. The course uses **SOAP** (*smooth overlap of atomic positions*, [Bartók et al. 2013](https://doi.org/10.1103/PhysRevB.87.184115)): it puts a small Gaussian (a bell-shaped function) on every atom and describes the sum of these functions around a point, the *centre*. Lesson [2](02_dataset.ipynb) computes it by hand; here it is a function that gives six features.
#
# The next cells shift a pair of atoms, turn it about its middle, and swap its atoms. Once the centre is put between the atoms, wherever they are. Once it stays at the origin, where the middle of the pair was at first.
#
# **What do you expect?** In which cases does the descriptor change if the centre stays at the origin?
#
# - **A** in no case
# - **B** when the pair is shifted
# - **C** when the pair is shifted, and when it is turned
# - **D** in all three cases

# %%
from forcefield.descriptors import describe, make_soap

soap = make_soap()  # the tutorial's settings
original = dimers([3.0])[0]
shifted, turned, swapped = original.copy(), original.copy(), original[[1, 0]]
shifted.translate([1.0, 2.0, 3.0])
turned.rotate(40, (1, 2, 3), center="COM")


# %%
def energy_and_descriptors(structure):
    """ASE's energy (eV), and the descriptor (no unit) from the middle and from the origin."""
    middle = structure.positions.mean(axis=0)
    from_middle, _ = describe(soap, [structure], [middle])
    from_origin, _ = describe(soap, [structure], [(0, 0, 0)])
    _, energies, _ = label([structure], lennard_jones_calculator())
    return energies, from_middle, from_origin


# %%
before = energy_and_descriptors(original)
print("         coordinates   the same as before (to 1e-10)?")
print("         change by     energy   D, centre in the middle   D, centre at the origin")
for name, structure in {"shifted": shifted, "turned": turned, "swapped": swapped}.items():
    moved = np.abs(structure.positions - original.positions).max()
    pairs = zip(energy_and_descriptors(structure), before, strict=True)
    same = [np.abs(after - first).max() < 1e-10 for after, first in pairs]
    words = ["yes" if answer else "no" for answer in same]
    print(f"{name:9}{moved:6.2f} Å{words[0]:>12}{words[1]:>15}{words[2]:>26}")
    assert same == [True, True, name != "shifted"]

# %% [markdown]
# **Answer: B.** With the centre in the middle, energy and descriptor stay the same in all three cases, although one coordinate changes by up to 3 Å. So a model of the descriptor is **invariant** (it stays the same) without having to learn it. With the centre at the origin a turn and a swap still change nothing, so C and D fail: they leave the middle of the pair where it was. But the shifted pair is seen from another point, so A fails.
#
# The centre has to move along with the pair. In lessons 2 and 3 it stays at the origin, and so do the pairs. Lesson [4](04_analysis.ipynb) shows what goes wrong when only the pair moves.

# %% [markdown]
# ### The Jacobian
#
# Forces are derivatives with respect to positions, so we also need to know how each feature changes when each atom moves. All these derivatives together are the [**Jacobian**](01_principle.ipynb#Terminology) $\nabla\mathbf{D} = \partial\mathbf{D}/\partial\mathbf{R}$. DScribe computes it; `describe` returns both. `MIDPOINT` is the point (0, 0, 0), halfway between the atoms of every pair that `dimers` makes.

# %%
from forcefield.descriptors import MIDPOINT

positions = original.positions
D, dD_dR = describe(soap, [original], [MIDPOINT])
print("D      (n_systems, n_centers, n_features):            ", D.shape)
print("dD/dR  (n_systems, n_centers, n_atoms, 3, n_features):", dD_dR.shape)

# %%
print("six features of the pair:      ", D[0, 0].round(3))
print("moving atom 0 along x changes: ", dD_dR[0, 0, 0, 0].round(3), "per Å")

# %% [markdown]
# Read the last index first: `dD_dR[0, 0, 0, 0, 5]`, the last number of the last line, says how fast feature 5 (of system 0, centre 0) changes when atom 0 moves along $x$ (axis 0). Six features times six coordinates make 36 numbers for one pair and one centre.

# %% [markdown]
# ### Exercise 1.3: A descriptor of your own
#
# **14 minutes** · open-ended
#
# Design a descriptor of **three** equal atoms, with as many features as you like. It must stay the same when the three are shifted, turned, or swapped. It must tell triangles of different shape or size apart; distances from 2 to 5 Å count. And every feature must be smooth: at no triangle may its slopes on the two sides differ, because forces are derivatives.

# %% tags=["exercise"]
def features_of(positions):
    """Features of three equal atoms.

    Takes positions, shape (3, 3), in Å. Returns an array (n,), with the same n for all triangles.
    """
    return ...


check("1.3", features_of)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Which numbers of a triangle do not change when it is moved or turned? There are three. Then treat all three alike: add up a smooth function of each. One such sum is one feature; how many do you need, and with which functions?
#
# </details>

# %% jupyter={"source_hidden": true} tags=["solution", "hide-input"]
def features_of(positions):
    sides = np.linalg.norm(positions[[0, 0, 1]] - positions[[1, 2, 2]], axis=1)
    bells = np.exp(-((sides[:, None] - [2.0, 3.0, 4.0, 5.0]) ** 2) / 2)  # (pair, feature)
    return bells.sum(axis=0)


check_solution("1.3", features_of)

# %% [markdown]
# ## 5. From positions to forces
#
# Now the whole principle fits in one line. A network $f$ predicts the energy from the descriptor; a hat marks a prediction. The forces are its negative gradient, where $\nabla$ is the derivative with respect to the positions:
#
# $$\hat{E} = f(\mathbf{D}), \qquad \hat{\mathbf{F}} = -\nabla f(\mathbf{D}) .$$
#
# The figure shows the order of the steps in the whole course.

# %% jupyter={"source_hidden": true} tags=["hide-input"]
boxes = {
    "positions $\\mathbf{R}$\n(n_systems, n_atoms, 3)": (1.2, 2, "light"),
    "descriptors $\\mathbf{D}$\n(n_systems, n_centers,\nn_features)": (5, 3.5, "light"),
    "derivatives $\\partial\\mathbf{D}/\\partial\\mathbf{R}$\n(n_systems, n_centers,\n"
    "n_atoms, 3, n_features)": (5, 2, "light"),
    "labels: energies $E$,\nforces $\\mathbf{F}$": (5, 0.5, "truth"),
    "energies $\\hat{E}$\n(n_systems,)": (8.8, 3.5, "model"),
    "forces $\\hat{\\mathbf{F}}$\n(n_systems, n_atoms, 3)": (8.8, 2, "model"),
    "loss $L$\none number": (8.8, 0.5, "training"),
}
arrows = [
    ((2.3, 2.4), (3.9, 3.4), "SOAP"), ((2.45, 2), (3.75, 2), "SOAP"), ((2.3, 1.6), (3.9, 0.6), "potential"),
    ((6.2, 3.5), (7.9, 3.5), "network $f$"), ((8.8, 3.1), (8.8, 2.45), "slope"),
    ((6.25, 2), (7.45, 2), "chain\nrule"), ((6.2, 0.5), (7.9, 0.5), "truth"),
    ((8.8, 1.6), (8.8, 0.9), "compare $\\hat{E}$, $\\hat{\\mathbf{F}}$"),
]

# %% jupyter={"source_hidden": true} tags=["hide-input"]
figure, axes = plt.subplots(figsize=(7.5, 4.0))
for text, (x, y, role) in boxes.items():
    box = {"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": COLOURS[role], "lw": 2}
    axes.text(x, y, text, ha="center", va="center", fontsize=8.5, bbox=box)
for start, end, text in arrows:
    axes.annotate("", end, start, arrowprops={"arrowstyle": "->", "linewidth": 1.5})
    x, y = (np.array(start) + end) / 2
    axes.text(x, y, text, ha="center", va="center", fontsize=8, bbox={"color": "white", "pad": 1})
axes.set(xlim=(-0.2, 10.4), ylim=(0, 4))
axes.axis("off")
show(figure, "The steps of the course. SOAP turns positions into descriptors and derivatives. "
     "The network turns descriptors into energies. Its slope and the derivatives give forces "
     "by the chain rule. The loss compares energies and forces with the labels.")

# %% [markdown]
# Look at the two arrows into the forces: one stands for the slope of the network, the other for the derivatives of the descriptor. The next section multiplies the two, number by number.

# %% [markdown]
# ## 6. The chain rule, step by step
#
# The energy depends on the positions only through the descriptor. So the derivative is a sum over all features (and, with several centres $c$, over those too):
#
# $$\hat F_{a\alpha} = -\frac{\partial \hat E}{\partial R_{a\alpha}} = -\sum_{c}\sum_{k} \frac{\partial f}{\partial D_{ck}}\;\frac{\partial D_{ck}}{\partial R_{a\alpha}}$$
#
# Here $a$ counts atoms, $\alpha$ the three axes $x, y, z$, and $k$ the features.
#
# ### Step 1: a network, small enough to write out
#
# A [**network**](01_principle.ipynb#Terminology) is a formula with many numbers that can be adjusted, its **weights**. In ours, six features go in; each of three *hidden units* takes a weighted sum of all six and its tanh (a smooth step, from −1 to 1, called the *activation*); and a weighted sum of the three is the energy: $f(\mathbf{D}) = \mathbf{w}\cdot\tanh(W\mathbf{D} + \mathbf{b})$. The hidden units form a *layer*. It is called **fully connected** because every unit reads every number that enters the layer.
#
# The weights $W$, $\mathbf{b}$ and $\mathbf{w}$ are drawn at random, with a fixed **seed** (a number that fixes what is drawn), so that everybody draws the same. The network has learned nothing; for the chain rule that does not matter.

# %%
rng = np.random.default_rng(0)
W = rng.normal(scale=0.5, size=(3, 6))  # hidden unit, feature
b = rng.normal(scale=0.5, size=3)
w = rng.normal(size=3)  # eV


# %%
def network(D):
    """Energies (n_systems,) in eV from descriptors (n_systems, n_centers, n_features)."""
    hidden = np.tanh(D @ W.T + b)  # (n_systems, n_centers, 3)
    return (hidden @ w).sum(axis=1)


# %%
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
# For a large network nobody does this by hand. The library torch does it: **automatic differentiation** keeps a record of every operation and applies the chain rule to the record, from the last operation to the first. Same numbers:

# %%
import torch

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
# All steps together, from positions to energy, are one function. Its central differences do not use the chain rule at all. `numerical_forces` moves each of the six coordinates by $\pm 10^{-4}$ Å and changes the sign.

# %%
import ase

from forcefield.finite_differences import numerical_forces


def energy_of_positions(positions):
    """Energy (eV) of the network for positions (n_atoms, 3) in Å; the centre stays at the origin."""
    D, _ = describe(soap, [ase.Atoms("HH", positions)], [MIDPOINT])
    return network(D)[0]


# %%
difference = np.abs(numerical_forces(energy_of_positions, positions) - F[0]).max()
print("chain rule and central differences agree to 1e-6 eV/Å:", difference < 1e-6)
assert difference < 1e-6

# %% [markdown]
# **What do you expect?** In step 4 the two forces add up to zero. Now the pair moves by 0.3 Å along $x$, and the centre stays at the origin. The sum of the $x$ forces is then
#
# - **A** still zero: the chain rule guarantees it
# - **B** zero once the network is trained; this one has random weights
# - **C** not zero

# %%
for shift in (0.0, 0.3):
    D_moved, dD_moved = describe(soap, dimers([3.0], shift=shift), [MIDPOINT])
    slope = (w * (1 - np.tanh(D_moved @ W.T + b) ** 2)) @ W
    total = -np.einsum("sck,scaxk->x", slope, dD_moved)
    print(f"pair moved by {shift} Å: sum of the x forces {abs(total[0]):.3f} eV/Å (absolute value)")
    assert (abs(total[0]) < 1e-9) == (shift == 0.0)

# %% [markdown]
# **Answer: C.** The chain rule guarantees that these are exactly minus the derivatives of the predicted energy, no more, so A fails. And the predicted energy changes when the pair moves away from the centre, because its descriptor changes. In step 4 the sum was zero only because the centre lay exactly in the middle. Training on pairs that all lie around the origin does not help, so B fails: lesson [4](04_analysis.ipynb) measures the force of a trained model in the same situation. Lesson [6](06_many_atoms.ipynb) removes the cause, with centres that sit on the atoms.

# %% [markdown]
# ### Exercise 1.4: A second layer
#
# **8 minutes**
#
# The network gets a second layer of hidden units: $f(\mathbf{D}) = \mathbf{w}\cdot\tanh(W_2 \tanh(W_1\mathbf{D} + \mathbf{b}_1) + \mathbf{b}_2)$. Write its slope $\partial f/\partial\mathbf{D}$ for one descriptor. The check compares it with central differences, for several networks.

# %% tags=["exercise"]
def slope_of(D, W1, b1, W2, b2, w):
    """Slope of a network with two hidden layers, of n_1 and n_2 units.

    Shapes: D (n_features,), W1 (n_1, n_features), b1 (n_1,), W2 (n_2, n_1), b2 (n_2,), w (n_2,) in eV.
    Returns the slope, shape (n_features,), in eV.
    """
    return ...


check("1.4", slope_of)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Compute both layers first: `h1` and `h2`. Then go back from the energy to the input, one factor at a time. Start with `w * (1 - h2**2)`, shape (n_2,). Which matrix makes it an array of shape (n_1,)? And what does the first tanh add?
#
# </details>

# %% jupyter={"source_hidden": true} tags=["solution", "hide-input"]
def slope_of(D, W1, b1, W2, b2, w):
    h1 = np.tanh(W1 @ D + b1)
    h2 = np.tanh(W2 @ h1 + b2)
    return (w * (1 - h2**2)) @ W2 * (1 - h1**2) @ W1


check_solution("1.4", slope_of)

# %% [markdown]
# ## 7. The loss
#
# Training means: change the weights of $f$ until predictions match labels. The [**loss**](01_principle.ipynb#Terminology) says with one number how far they are apart. The tutorial's, and ours, adds the mean squared errors (MSE) of energies and forces. Each is divided by the **variance** of its labels, the mean squared distance of the labels from their mean:
#
# $$L = \frac{\mathrm{MSE}(E)}{\mathrm{var}(E)} + \frac{\mathrm{MSE}(\mathbf{F})}{\mathrm{var}(\mathbf{F})}, \qquad \mathrm{MSE}(E) = \frac{1}{N}\sum_{i=1}^{N} (\hat E_i - E_i)^2 .$$
#
# $N$ counts the systems. The second mean, and $\mathrm{var}(\mathbf{F})$, run over all force components: systems, atoms and axes.
#
# The next cell makes labels and descriptors for 200 pairs. Weights are fitted to 30 of them, the **training set**, and the variances are taken over these. The other 170, the **test set**, measure the error on pairs that the fit has not seen. Lesson [2](02_dataset.ipynb) does that step by step.

# %%
from forcefield.dataset import Dataset
from forcefield.splits import equally_spaced

pairs, calculator = dimers(distances), lennard_jones_calculator()
data = Dataset.from_structures(pairs, soap, [MIDPOINT], calculator=calculator)
training_rows, test_rows = equally_spaced(len(data), 30)
training_set, test_set = data[training_rows], data[test_rows]
print(f"pairs for training: {len(training_set)}   for the test: {len(test_set)}")

# %% [markdown]
# **What do you expect?** A model always predicts the mean: the mean energy of the training set for every pair, and the mean force for every force component. What is its loss?
#
# - **A** 0
# - **B** 1
# - **C** 2
# - **D** it depends on the energies and forces in the training set

# %%
def loss_parts(energies, forces, true_energies, true_forces):
    """MSE of energies and of forces, in the squares of whatever units they have."""
    return ((energies - true_energies) ** 2).mean(), ((forces - true_forces) ** 2).mean()


# %%
E_true, F_true = training_set.energies, training_set.forces
var_E, var_F = E_true.var(), F_true.var()
energy_part, force_part = loss_parts(E_true.mean(), F_true.mean(), E_true, F_true)
print(f"var(E) = {var_E:.2f} eV²   var(F) = {var_F:.2f} (eV/Å)²")
print(f"energy part: {energy_part / var_E:.3f}   force part: {force_part / var_F:.3f}")

# %% [markdown]
# **Answer: C.** The mean squared distance from the mean *is* the variance, so each part is exactly 1 and the loss is 2, for any material: D fails. (A is the loss of a model without error, B that of one part alone.) A part of 0.01 means that the mean squared error is 1 % of the variance.

# %% [markdown]
# ### What the variances do: they take the units out
#
# Take predictions that are a little wrong ($\varepsilon$ 1 % too large, $\sigma_\mathrm{LJ}$ 1 % too small), and write the same predictions and labels in other units. Programs for quantum mechanics use Hartree (27.2 eV) for energies and Bohr (0.529 Å) for lengths, so 1 Hartree/Bohr is 51.4 eV/Å.
#
# **What do you expect?** Without the variances, the loss is $\mathrm{MSE}(E) + \mathrm{MSE}(\mathbf{F})$. How many times larger or smaller does its force part become, compared with its energy part, when energies stay in eV and forces are written in meV/Å?
#
# - **A** as before
# - **B** 1000 times larger
# - **C** a million times larger

# %%
from ase import units

systems_of_units = {  # how many of these units are 1 eV, and how many 1 eV/Å
    "eV and eV/Å": (1, 1),
    "meV and meV/Å": (1e3, 1e3),
    "eV and eV/nm": (1, units.nm),
    "Hartree and Hartree/Bohr": (1 / units.Hartree, units.Bohr / units.Hartree),
    "eV and meV/Å (mixed)": (1, 1e3),
    "meV and eV/Å (mixed)": (1e3, 1),
}

# %%
training_pairs = dimers(distances[training_rows])
_, wrong_E, wrong_F = label(training_pairs, lennard_jones_calculator(sigma=0.99 * 2.9, epsilon=1.01))
print(f"{'units of E and F':26}{'force part / energy part':>26}{'with variances':>16}")
ratios = []
for name, (u, v) in systems_of_units.items():
    energy_part, force_part = loss_parts(u * wrong_E, v * wrong_F, u * E_true, v * F_true)
    ratios.append((force_part / (v * F_true).var()) / (energy_part / (u * E_true).var()))
    print(f"{name:26}{force_part / energy_part:26.3g}{ratios[-1]:16.3f}")
assert np.allclose(ratios, ratios[0])

# %% [markdown]
# **Answer: C.** The errors become 1000 times larger, which would be B, and then they are squared. Without the variances, the balance between energies and forces depends on the unit of length, and on what is mixed with what. With them it is always the same. A change of the energy unit alone (eV to meV, in both) leaves the balance as it is, but makes the loss a million times larger.

# %% [markdown]
# ### Exercise 1.5: The loss, in any units
#
# **6 minutes**
#
# Write the loss of the course as one function. The check tries it on models whose loss is known, and in other units.

# %% tags=["exercise"]
def loss_of(energies, forces, true_energies, true_forces):
    """The loss (no unit) of predicted energies (n,) and forces (n, n_atoms, 3).

    The labels have the shapes and units of the predictions. The variances are those of the labels.
    """
    return ...


check("1.5", loss_of)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `array.var()` is the variance of all numbers of an array, `array.mean()` their mean. Of which array is the variance: the predictions, or the labels?
#
# </details>

# %% jupyter={"source_hidden": true} tags=["solution", "hide-input"]
def loss_of(energies, forces, true_energies, true_forces):
    energy_mse, force_mse = loss_parts(energies, forces, true_energies, true_forces)
    return energy_mse / true_energies.var() + force_mse / true_forces.var()


check_solution("1.5", loss_of)

# %% [markdown]
# ### Does it matter for a trained model? (optional)
#
# You may skip this part and the next (10 minutes), up to "Terminology": lesson [5](05_experiments.ipynb) returns to the balance of energies and forces, and to forces alone. We train networks of 32 hidden units on the 30 labels: with the variances, and without them in three systems of units, each from three different seeds of the first weights. `train` always divides by the variances; `energy_weight` and `force_weight` multiply the two parts, and so can undo the division. The method of the fit is called Levenberg-Marquardt; lesson [3](03_training.ipynb) writes it out.
#
# The errors are **mean absolute errors** on the test set: the mean of |prediction − label|. Nothing is chosen by them: the settings are fixed beforehand.
#
# **What do you expect?** The labels have no noise, and energies and forces agree with each other. Where are the errors smallest?
#
# - **A** equal in all four cases: a good fit of the energies is a good fit of the forces
# - **B** those of the energies, where energies count most (meV and eV/Å); those of the forces, where forces count most (eV and meV/Å)
# - **C** both kinds, where the two parts of the loss are of similar size

# %%
from forcefield.training import train

weightings = {  # weights of the energy part and of the force part
    "with variances": (1, 1),
    "without, eV and eV/Å": (var_E, var_F),
    "without, meV and eV/Å": (1e6 * var_E, var_F),
    "without, eV and meV/Å": (var_E, 1e6 * var_F),
}


# %%
def errors(weights, seed):
    """Fit, and return the errors of energies (meV) and x forces on atom 0 (meV/Å) on the test set."""
    settings = {"energy_weight": weights[0], "force_weight": weights[1], "iterations": 200}
    model, _ = train(training_set, method="levenberg_marquardt", seed=seed, **settings)
    energies, forces = model.predict(test_set.descriptors, test_set.derivatives)
    return 1000 * (energies - test_set.energies), 1000 * (forces - test_set.forces)[:, 0, 0]


# %%
mean_errors = {}  # of each weighting: shape (3 seeds, 2), energies in meV and forces in meV/Å
for name, weights in weightings.items():
    of_seeds = [[np.abs(error).mean() for error in errors(weights, seed)] for seed in (0, 1, 2)]
    mean_errors[name] = np.array(of_seeds)

# %% jupyter={"source_hidden": true} tags=["hide-input"]
figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.0), sharey=True)
for row, name in enumerate(weightings):
    for panel, kind, marker, role in ((left, 0, "o", "model"), (right, 1, "s", "training")):
        panel.plot(mean_errors[name][:, kind], [row] * 3, marker, color=COLOURS[role], alpha=0.7)
left.set(xscale="log", xlabel="energy error (meV)", xlim=(1e-4, 1), ylim=(3.5, -0.5))
left.set(yticks=range(4), yticklabels=weightings)
right.set(xscale="log", xlabel="force error (meV/Å)", xlim=(3e-3, 10))
show(figure, "Errors on pairs that were not trained on, for four losses, three seeds each, on a logarithmic "
     "scale. With the variances, and in eV and eV/Å, both kinds of error are smallest; with energies in meV "
     "they are larger, with forces in meV/Å they are by far the largest.")

# %% [markdown]
# **Answer: C.** It holds for energies, for forces, and for each seed. A fails: how far a fit gets in 200 steps depends on the balance. B is what one would expect of labels that contradict each other; here what helps the forces helps the energies too. The next cells divide the errors by those with variances. (`report` prints a number beside a bound that it checks. The last digits differ between processors, the bound holds on all.)

# %%
from forcefield.evaluation import report

worst_energy, worst_force = mean_errors["with variances"].max(axis=0)
report("with variances: energy error, worst of three seeds", worst_energy, "meV", at_most=0.002)
report("with variances: force error, worst of three seeds", worst_force, "meV/Å", at_most=0.1)

# %%
bounds = {  # of the smallest and largest ratio
    "without, eV and eV/Å": (0.2, 6),
    "without, meV and eV/Å": (1, 30),
    "without, eV and meV/Å": (12, 3000),
}
for name, (at_least, at_most) in bounds.items():
    ratios = mean_errors[name] / mean_errors["with variances"]  # (3 seeds, 2 kinds of error)
    report(f"{name}: error over that, smallest of six", ratios.min(), at_least=at_least)
    report(f"{name}: error over that, largest of six", ratios.max(), at_most=at_most)

# %% [markdown]
# What this shows, and what it does not:
#
# - All four losses are zero for the same network, one that gives all 30 energies and forces exactly. They differ in how far 200 steps of the fit get: where one part counts a million times more, the other hardly counts until the first is almost zero. More steps close most of the widest gap, that of forces in meV/Å, and little of the other (set `iterations` to 3000 and see).
# - In eV and eV/Å, leaving the variances out does little harm here: the balance of the two parts is only 15 times another one (in the table above, 9.68 against 0.627; the factor is $\mathrm{var}(\mathbf{F})/\mathrm{var}(E)$), not a million times. With other units or another material it may be.
# - So dividing by the variances is a safeguard: the same balance in any units and for any material. It need not be the best balance. Lesson [5](05_experiments.ipynb) varies it, also with noisy labels: there the two parts cannot both become zero, and the balance decides which one the fit follows.

# %% [markdown]
# ### Forces alone (optional)
#
# This part uses the function `errors` of the part before.
#
# The extreme case is an energy part with weight 0: the fit uses forces and no energies.
#
# **What do you expect?** How good are the energies of such a model?
#
# - **A** useless
# - **B** right up to one constant, the same for all pairs
# - **C** as good as those of the models above

# %%
constants, without = [], []  # meV, of three seeds
for seed in (0, 1, 2):
    energy_errors, _ = errors((0, 1), seed)
    constants.append(energy_errors.mean())
    without.append(np.abs(energy_errors - energy_errors.mean()).mean())
report("smallest constant of three, without its sign", np.abs(constants).min(), "meV", at_least=400)
report("difference of two constants, smallest", np.diff(np.sort(constants)).min(), "meV", at_least=300)
report("energy error without the constant, largest", max(without), "meV", at_most=1)

# %% [markdown]
# **Answer: B.** The constant is another one for each seed, so C fails; without it the energies are good, so A fails. A constant in the energy changes no force (section 2), so **forces say nothing about it**. One energy label is enough to find it. Lesson [5](05_experiments.ipynb) measures what energies and forces contribute.

# %% [markdown]
# ## Terminology
#
# The terms and symbols that the lessons share, and the lesson that uses each first. Shapes use n_systems (structures in a set), n_atoms, n_centers and n_features. A hat, as in $\hat E$, marks a prediction.
#
# ### Structures and labels
#
# | term | symbol | name in the code | shape | unit | lesson |
# |---|---|---|---|---|---|
# | positions | $\mathbf{R}$ | `positions` | (n_systems, n_atoms, 3) | Å | [1](01_principle.ipynb) |
# | distance of two atoms | $r$ | `distances` | (n_systems,) | Å | [1](01_principle.ipynb) |
# | dimer: a pair of atoms | | `dimers` | | | [1](01_principle.ipynb) |
# | energy (label) | $E$ | `energies` | (n_systems,) | eV | [1](01_principle.ipynb) |
# | forces (label), $-\partial E/\partial\mathbf{R}$ | $\mathbf{F}$ | `forces` | (n_systems, n_atoms, 3) | eV/Å | [1](01_principle.ipynb) |
# | predicted energy, forces | $\hat E$, $\hat{\mathbf{F}}$ | `model.predict(...)` | as $E$, $\mathbf{F}$ | eV, eV/Å | [1](01_principle.ipynb) |
# | Lennard-Jones size | $\sigma_\mathrm{LJ}$ | `systems.SIGMA` | one number | Å | [1](01_principle.ipynb) |
# | Lennard-Jones depth | $\varepsilon$ | `systems.EPSILON` | one number | eV | [1](01_principle.ipynb) |
# | distance of lowest energy | $r_\mathrm{min} = 2^{1/6}\sigma_\mathrm{LJ}$ | `r_min` | one number | Å | [1](01_principle.ipynb) |
# | calculator: in ASE, what gives energies and forces of a structure | | `atoms.calc` | | | [2](02_dataset.ipynb) |
# | EMT (effective medium theory): a fast potential for metals, here the source of labels for copper | | `EMT()` | | | [6](06_many_atoms.ipynb) |
# | ZBL (Ziegler, Biersack, Littmark): the repulsion of two nuclei, screened by electrons; Born-Mayer: an exponential repulsion | | `zbl`, `born_mayer` | (n,) | eV | [4](04_analysis.ipynb) |
#
# ### Descriptors
#
# | term | symbol | name in the code | shape | unit | lesson |
# |---|---|---|---|---|---|
# | descriptor: numbers that describe the surroundings of a point | $\mathbf{D}$ | `descriptors` | (n_systems, n_centers, n_features) | none | [1](01_principle.ipynb) |
# | feature: one number of a descriptor | $D_k$ | last index | one number | none | [1](01_principle.ipynb) |
# | centre: the point that a descriptor starts from | | `centers`, `MIDPOINT` | (n_centers, 3), or atom indices | Å | [1](01_principle.ipynb) |
# | invariant: unchanged when the structure is moved, turned, or equal atoms are swapped | | | | | [1](01_principle.ipynb) |
# | Jacobian: derivatives of the descriptor | $\nabla\mathbf{D} = \partial\mathbf{D}/\partial\mathbf{R}$ | `derivatives` | (n_systems, n_centers, n_atoms, 3, n_features) | 1/Å | [1](01_principle.ipynb) |
# | central difference, step | $h$ | `central_difference`, `step` | one number | Å | [1](01_principle.ipynb) |
# | SOAP: distance at which the last radial function has decayed | $r_\mathrm{cut}$ | `cutoff_radius` (DScribe: `r_cut`) | one number | Å | [2](02_dataset.ipynb) |
# | SOAP: width of the Gaussian on each atom | $\sigma$ | `sigma` | one number | Å | [2](02_dataset.ipynb) |
# | neighbour radius: up to where atoms enter the descriptor | $r_\mathrm{cut} + 3.72\,\sigma$ | `neighbour_radius(soap)` | one number | Å | [2](02_dataset.ipynb) |
# | SOAP: number of radial functions | $n_\mathrm{max}$ | `n_max` | one number | none | [2](02_dataset.ipynb) |
# | SOAP: highest degree of the angular functions | $l_\mathrm{max}$ | `l_max` | one number | none | [2](02_dataset.ipynb) |
# | density: a Gaussian on every atom | $\rho(\mathbf{q})$, $\mathbf{q}$ a point, $q$ its distance from the centre | | | none; Å | [2](02_dataset.ipynb) |
# | radial functions and spherical harmonics: in which SOAP expands the density; their coefficients | $g_n$, $Y_{lm}$; $c_{nlm}$ | `radial_functions`; `coefficients` | (n_max, n_points); (n_max,) | | [2](02_dataset.ipynb) |
# | power spectrum: the sums that do not depend on direction | $p_{nn'l}$ | the features of SOAP | | none | [2](02_dataset.ipynb) |
# | does a centre move with its atom? | | `attach` | yes or no | | [2](02_dataset.ipynb) |
# | truncation, round-off: the two errors of a finite difference, of a step too large and too small; relative size of round-off | $\epsilon_\mathrm{float}$ | `np.finfo(float).eps` | one number | none | [2](02_dataset.ipynb) |
# | sensitivity: change of the descriptor with the distance | $s$ | `sensitivity` | (n_systems,) | 1/Å | [2](02_dataset.ipynb) |
# | singular values: spread of points along independent directions, largest first | | `np.linalg.svd` | (n_features,) | none | [2](02_dataset.ipynb) |
# | standardise: subtract the mean, divide by the standard deviation | | `standardise`, `scaling` | as $\mathbf{D}$ | none | [2](02_dataset.ipynb) |
#
# ### Models and fits
#
# | term | symbol | name in the code | shape | unit | lesson |
# |---|---|---|---|---|---|
# | network: a formula with adjustable weights | $f$ | `model`, `ForceField` | descriptors to energies | eV | [1](01_principle.ipynb) |
# | hidden unit, layer; fully connected: every unit reads all numbers that enter its layer | | `hidden_units` | | | [1](01_principle.ipynb) |
# | activation: the function of a hidden unit, such as tanh | | `activation` | | | [1](01_principle.ipynb) |
# | slope of the network | $\partial f/\partial\mathbf{D}$ | `gradient` | (n_systems, n_centers, n_features) | eV | [1](01_principle.ipynb) |
# | automatic differentiation: derivatives from a record of all operations | | torch's `autograd` | | | [1](01_principle.ipynb) |
# | loss | $L$ | `Loss` | one number | none | [1](01_principle.ipynb) |
# | variance of the training labels | $\mathrm{var}(E)$, $\mathrm{var}(\mathbf{F})$ | `energy_variance`, `force_variance` | one number each | eV², (eV/Å)² | [1](01_principle.ipynb) |
# | weights of the two parts of the loss | | `energy_weight`, `force_weight` | one number each | none | [1](01_principle.ipynb) |
# | seed: fixes what is drawn at random | | `seed` | whole number | | [1](01_principle.ipynb) |
# | optimiser: the method that changes the weights; Adam and L-BFGS follow the gradient of the loss | | `method` | | | [3](03_training.ipynb) |
# | mini-batch: the points of one step; epoch: one pass over all points; learning rate: size of a step | | `batch_size`, `lr` | | | [3](03_training.ipynb) |
# | residual: prediction minus label, scaled; the loss is the sum of their squares | $\mathbf{r}$ | `residuals` | (n_residuals,) | none | [3](03_training.ipynb) |
# | Jacobian of the residuals: their derivatives with respect to the weights | $J$ | `jacobian` | (n_residuals, n_weights) | none | [3](03_training.ipynb) |
# | Levenberg-Marquardt: a fit by linear least squares at each step | | `method="levenberg_marquardt"` | | | [3](03_training.ipynb) |
# | damping: keeps a step of Levenberg-Marquardt small | $\lambda$ | `damping` | one number | none | [3](03_training.ipynb) |
# | extended Kalman filter: a relative of Levenberg-Marquardt that takes one structure at a time | | | | | [3](03_training.ipynb) |
# | forward mode, reverse mode: two orders of the chain rule; all derivatives of the descriptor first, or the slope of the energy sent back | | `ForwardSoap`, `ReverseSoap` | | | [7](07_dynamics.ipynb) |
# | fine-tuning: a fit that starts from weights fitted to other labels | | `fit_networks` | | | [10](10_molecule.ipynb) |
# | regularisation: a penalty that keeps weights small | $\alpha$ (in lesson 8 the calibration factor) | `regularisation`, `alpha` | one number | none | [4](04_analysis.ipynb) |
# | unit-length descriptor, square-root scaling: two other ways to scale the input | $\mathbf{D}/\vert\mathbf{D}\vert$ | `unit_length`, `scaling` | as $\mathbf{D}$ | none | [6](06_many_atoms.ipynb) |
#
# ### Data, errors and baselines
#
# | term | symbol | name in the code | shape | unit | lesson |
# |---|---|---|---|---|---|
# | training set: what weights are fitted to | | `training_set`, `training_rows` | part of the systems | | [1](01_principle.ipynb) |
# | validation set: what decides when to stop and which settings to take | | `validation_set` | part of the systems | | [3](03_training.ipynb) |
# | test set: for the final errors; nothing is chosen by it | | `test_set`, `test_rows` | part of the systems | | [1](01_principle.ipynb) |
# | cross-validation: each part of the labels is the validation set once | | | | | [3](03_training.ipynb) |
# | mean absolute error | MAE | `mean_absolute_error` | one number | meV, meV/Å | [1](01_principle.ipynb) |
# | root of the mean squared error | RMSE | | one number | meV, meV/Å | [4](04_analysis.ipynb) |
# | standard error of the median: how uncertain the median of several seeds is; the bootstrap estimates it by drawing again from the same values | | | one number | as the values | [4](04_analysis.ipynb) |
# | parity plot: prediction against truth | | | | | [4](04_analysis.ipynb) |
# | overfitting: the model follows the noise of its labels; the error on other data rises | | | | | [5](05_experiments.ipynb) |
# | early stopping: keep the weights of the lowest validation loss | | | | | [3](03_training.ipynb) |
# | extrapolation: a prediction outside the range of the labels | | | | | [4](04_analysis.ipynb) |
# | baseline: a simple method that a model must beat; also a known part of the energy, such as a repulsion, to which a fitted model is added | | `baselines`, `baseline=` | | | [4](04_analysis.ipynb) |
# | kernel (of a regression): how similar two inputs are | $k(\mathbf{D}, \mathbf{D}')$ | | one number | none | [4](04_analysis.ipynb) |
# | kernel ridge regression: a weighted sum of kernels, with a penalty on the weights | | `KernelRidgeBaseline` | | | [4](04_analysis.ipynb) |
# | Hermite spline: between two labels the cubic through both values with both slopes | | `hermite_baseline` | | | [4](04_analysis.ipynb) |
# | condition number: largest over smallest eigenvalue of a matrix; its powers of ten are the digits lost in a solution | | `condition` | one number | none | [4](04_analysis.ipynb) |
# | Gaussian process: the same sum, derived from probabilities | | `SparseGaussianProcess` | | | [6](06_many_atoms.ipynb) |
# | sparse points: the few inputs that such a sum runs over | | `n_sparse` | | | [6](06_many_atoms.ipynb) |
# | learning curve: error against the number of labels | | | | | [5](05_experiments.ipynb) |
# | fingerprint: a short text that changes when any label changes | | `data.fingerprint()` | | | [2](02_dataset.ipynb) |
#
# ### Dynamics
#
# | term | symbol | name in the code | shape | unit | lesson |
# |---|---|---|---|---|---|
# | relaxation: moving atoms until the forces vanish; BFGS does it | | `BFGS` | | | [7](07_dynamics.ipynb) |
# | molecular dynamics: Newton's equations in small time steps; velocity Verlet: the usual way to take a step; Langevin: with a heat bath | | `VelocityVerlet`, `Langevin` | | fs | [6](06_many_atoms.ipynb) |
# | NVE: dynamics that conserves the total energy | | | | | [7](07_dynamics.ipynb) |
# | Lindemann's index: fluctuation of the distances of atoms, over their mean | | | one number | none | [7](07_dynamics.ipynb) |
# | block: frames of a trajectory that follow each other; a split keeps them together | | `split_blocks` | | | [6](06_many_atoms.ipynb) |
# | basin hopping: a search for the lowest minimum by random moves and relaxations | | `basin_hopping` | | | [8](08_uncertainty.ipynb) |
#
# ### Uncertainty
#
# | term | symbol | name in the code | shape | unit | lesson |
# |---|---|---|---|---|---|
# | committee: several models of the same labels | | `Committee`, `CommitteeCalculator` | | | [8](08_uncertainty.ipynb) |
# | spread: standard deviation over the committee | | `energy_spread`, `force_spread` | (n_systems,), (n_systems, n_atoms) | eV, eV/Å | [8](08_uncertainty.ipynb) |
# | calibration: makes the spread agree with the size of the errors | $\alpha$ | `calibration_factor` | one number | none | [8](08_uncertainty.ipynb) |
# | reliability plot: size of the errors against the spread | | | | | [8](08_uncertainty.ipynb) |
# | conformal bound: a bound that a chosen share of the errors keeps; coverage: the share that did; exchangeable: drawn alike, which the bound takes for granted | | `conformal_factor` | one number | none | [8](08_uncertainty.ipynb) |
# | active learning: labels are made where the model is least certain, and it is fitted again | | `StopOnSpread` | | | [8](08_uncertainty.ipynb) |
#
# ### Crystals
#
# | term | symbol | name in the code | shape | unit | lesson |
# |---|---|---|---|---|---|
# | periodic: the structure repeats in space; its cell is one repeat | | `pbc`, `cell` | (3, 3) | Å | [9](09_crystals.ipynb) |
# | lattice constant: edge of the cubic cell where its energy is lowest | $a_0$ | `lattice_constant` | one number | Å | [9](09_crystals.ipynb) |
# | equation of state: energy against volume | $E(V)$ | | | eV, Å³ | [9](09_crystals.ipynb) |
# | bulk modulus: resistance to a change of volume | $B$ | | one number | GPa | [9](09_crystals.ipynb) |
# | shear moduli: resistance to a change of shape | $C'$, $C_{44}$ | | one number each | GPa | [9](09_crystals.ipynb) |
# | strain: relative change of the cell; stress: derivative of the energy by strain, over the volume | | `get_stress()` | (6,): xx, yy, zz, yz, xz, xy | none; eV/Å³ or GPa | [9](09_crystals.ipynb) |
# | virial: derivative of the energy by strain, volume times stress | | `virials` | (n_systems, 6) | eV | [9](09_crystals.ipynb) |
# | phonon: a vibration of the whole crystal; longitudinal: atoms move along the wave, transverse: across it; X: the wave along an edge of the cube whose length is that edge | $\nu$ | `phonon_frequencies` | (12,) | THz | [9](09_crystals.ipynb) |
#
# ### Molecules and labels from quantum mechanics
#
# | term | symbol | name in the code | shape | unit | lesson |
# |---|---|---|---|---|---|
# | density-functional theory (DFT): the energy from the density of the electrons; functional: its recipe, such as B3LYP; basis set: the functions in which the electrons are written | | `labels/make_labels.py` | | | [10](10_molecule.ipynb) |
# | GFN2-xTB: a much faster and much less accurate method, with fitted parameters | | `gfn2_energy`, `gfn2_forces` | | eV, eV/Å | [10](10_molecule.ipynb) |
# | transition state: the highest point of the easiest way from one minimum to another; barrier: its height | | `transition_state` | | eV | [10](10_molecule.ipynb) |
# | nudged elastic band (NEB): finds that way by relaxing a chain of structures | | `NEB` | | | [10](10_molecule.ipynb) |
# | Hessian: second derivatives of the energy; at a minimum it gives the vibrations | $\mathbf{H}$ | `hessian` | (3 n_atoms, 3 n_atoms) | eV/Å² | [10](10_molecule.ipynb) |
# | net force, torque: zero for a free molecule; what is left of them is noise of the labels | | `look_at` | (n_systems,) | eV/Å, eV | [10](10_molecule.ipynb) |
# | energy of a single atom: what each element adds to the energy, whatever surrounds it | $e_Z$ | `energy_offsets` | one number an element | eV | [10](10_molecule.ipynb) |
# | difference model: a cheap model plus a model of what better labels differ by | | `ModelSum` | | | [10](10_molecule.ipynb) |
# | calibration part: data that train nothing and set the factor of a bound | | `own_parts` | part of the systems | | [11](11_your_own.ipynb) |
# | pair potential: an energy of distances alone, one curve for each pair of elements | | `pair_potential` | | eV | [11](11_your_own.ipynb) |

# %% [markdown]
# ## Summary
#
# - A force field gives $E(\mathbf{R})$; forces are $-\partial E/\partial\mathbf{R}$. For our pair, the $x$ force on atom 0 is $+\mathrm{d}E/\mathrm{d}r$.
# - Lennard-Jones: the minimum is at $2^{1/6}\sigma_\mathrm{LJ}$ and $\varepsilon$ deep. ASE's energies are 5.5 meV higher, its forces are the same.
# - A descriptor stays the same when a structure is shifted, turned, or has equal atoms swapped.
# - Chain rule: $\partial f/\partial\mathbf{D}$ (n_systems, n_centers, n_features) times $\partial\mathbf{D}/\partial\mathbf{R}$ (n_systems, n_centers, n_atoms, 3, n_features), summed over centres and features, with a minus sign: forces (n_systems, n_atoms, 3). Central differences agree.
# - Dividing each part of the loss by its variance makes the balance independent of units. A model that always predicts the mean has 1 in each part.

# %% [markdown]
# ## Quiz
#
# Three questions. Choose an answer, and a sentence says why it is right, or what it overlooks.

# %%
quiz(1)

# %%
progress(1)

# %% [markdown]
# ## Next
#
# [2. Dataset](02_dataset.ipynb): two hundred labelled pairs, what the six features are, and a strict check of every derivative.
