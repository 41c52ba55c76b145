# %% [markdown]
# # 2. Dataset
#
# **You will learn**
#
# - to label 200 pairs of atoms with energies and forces, and to check the labels;
# - what the SOAP descriptor computes, well enough to compute six of its numbers yourself;
# - to read the array of descriptor derivatives, index by index, and to prove it right with finite differences;
# - what `r_cut`, `n_max`, `l_max` and `sigma` change, and how to see that a descriptor cannot tell two structures apart;
# - to split a data set so that the test stays honest, and to save it with everything needed to understand it.
#
# **You need** [lesson 1](01_principle.ipynb) (descriptor, Jacobian, chain rule), Python with numpy, and the idea of a partial derivative.
#
# **Time** about 70 minutes to read and run, 45 for the exercises. Parts marked *optional* (10 of the 70 minutes) are not needed later. All cells run in under a minute.

# %% [markdown]
# ## Dataset generation
#
# A force field learns from examples. Each example here is one pair of atoms (a *dimer*), and it carries five things (each symbol is explained in [Terminology](01_principle.ipynb#Terminology)):
#
# | what | array | shape | unit |
# |---|---|---|---|
# | positions $\mathbf{R}$ | `positions` | (200, 2, 3) | Å |
# | energy $E$ | `energies` | (200,) | eV |
# | forces $\mathbf{F}$ | `forces` | (200, 2, 3) | eV/Å |
# | descriptor $\mathbf{D}$ | `descriptors` | (200, 1, 6) | none |
# | its derivatives $\partial\mathbf{D}/\partial\mathbf{R}$ | `derivatives` | (200, 1, 2, 3, 6) | 1/Å |
#
# The data set is that of [DScribe's tutorial](https://singroup.github.io/dscribe/latest/tutorials/machine_learning/forces_and_energies.html), and it is simple on purpose.
# Two atoms have one distance, so every curve can be drawn. The Lennard-Jones potential costs nothing, so the true energy is known at any distance.
# One descriptor centre, halfway between the atoms, keeps the arrays small; real systems have a centre on every atom.

# %%
import matplotlib.pyplot as plt
import numpy as np

from forcefield.exercises import check, check_solution, progress, quiz
from forcefield.lesson import start_lesson
from forcefield.plots import COLOURS, POINTS, show

start_lesson()  # one thread, and one style for all figures

# %% [markdown]
# ## 1. Two hundred labelled dimers
#
# Both atoms lie on the x axis: atom 0 at $x=-r/2$, atom 1 at $x=+r/2$. The distance $r$ takes 200 values from 2.5 to 5.0 Å.
# The element is called H, but only as a name: the potential below is not that of hydrogen.

# %%
import ase
from ase.calculators.lj import LennardJones

sigma_lj, epsilon = 2.9, 1.0  # size in Å and depth in eV of the Lennard-Jones potential, as in lesson 1
distances = np.linspace(2.5, 5.0, 200)  # Å

# %%
structures = []
for distance in distances:
    atoms = ase.Atoms("HH", positions=[[-distance / 2, 0, 0], [distance / 2, 0, 0]])
    atoms.calc = LennardJones(sigma=sigma_lj, epsilon=epsilon)
    structures.append(atoms)

# %% [markdown]
# A *calculator* in ASE is an object that gives energies and forces. Once `atoms.calc` is set, the atoms can be asked for their labels.

# %%
positions = np.array([atoms.get_positions() for atoms in structures])
energies = np.array([atoms.get_potential_energy() for atoms in structures])
forces = np.array([atoms.get_forces() for atoms in structures])

for name, values in {"positions": positions, "energies": energies, "forces": forces}.items():
    print(f"{name:10s} {values.shape!s:12s} {values.dtype}")

# %% [markdown]
# `forces[s, a, k]` is the force on atom `a` of system `s` along axis `k` (0, 1, 2 for x, y, z).
# Two facts must hold for any isolated pair. Nothing outside pulls at it, so the forces of the two atoms cancel. And the force acts along the line between the atoms, here x.

# %%
net_force = np.abs(forces.sum(axis=1)).max()
sideways = np.abs(forces[:, :, 1:]).max()
print("net force below 1e-12 eV/Å:      ", net_force < 1e-12)
print("y and z forces below 1e-12 eV/Å: ", sideways < 1e-12)
assert net_force < 1e-12
assert sideways < 1e-12

# %% [markdown]
# So one number says everything about the forces of a dimer: $F_x$ on atom 0. When $r$ grows, atom 0 moves left, hence $F_{0,x} = +\,\mathrm{d}E/\mathrm{d}r$.
# It is negative (to the left, away from atom 1) where the atoms repel each other.
#
# **What do you expect?** The lowest energy is −1 eV, near 3.26 Å. What is the highest energy between 2.5 and 5 Å, and how many of the 200 energies are negative?
#
# - **A** about 1 eV, half of them
# - **B** about 14 eV, most of them
# - **C** about 14 eV, few of them

# %%
force_on_left = forces[:, 0, 0]
steep = np.abs(force_on_left) > 10
lowest = distances[energies.argmin()]
print(f"energy: {energies.min():.2f} to {energies.max():.2f} eV, lowest at r = {lowest:.2f} Å")
print(f"force (x, atom 0): {force_on_left.min():.1f} to {force_on_left.max():.1f} eV/Å")
print(f"{(energies < 0).sum()} of {len(energies)} energies are negative")
print(f"{steep.sum()} forces are stronger than 10 eV/Å, all below r = {distances[steep].max():.2f} Å")

# %% jupyter={"source_hidden": true} tags=["hide-input"]
figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.2))
left.plot(distances, energies, **POINTS["truth"] | {"markersize": 2})
right.plot(distances, force_on_left, **POINTS["truth"] | {"markersize": 2})
r_minimum = 2 ** (1 / 6) * sigma_lj
for axes in (left, right):
    axes.axvline(r_minimum, color="0.5", linestyle="--", linewidth=1.2)
    axes.set_xlabel("distance r (Å)")
left.annotate("r = $2^{1/6}\\,\\sigma_\\mathrm{LJ}$", (r_minimum, 8), (3.4, 8), va="center")
left.set_ylabel("energy E (eV)")
right.set_ylabel("force on atom 0, x (eV/Å)")
show(
    figure,
    "Two panels against the distance from 2.5 to 5 Å. Left: the energy falls steeply from 14 eV to a shallow "
    "minimum at 3.26 Å, then rises slowly towards zero. Right: the x force on atom 0 rises from -91 eV/Å to zero there.",
)

# %% [markdown]
# **Answer: B.** The steep part on the left holds almost all of the range, although few pairs lie there: 14 eV rules out A, and with most energies negative, C fails. The region around the minimum, where atoms spend their time, is small beside it. A model that fits the steep part only roughly has large errors; a model
# that misses the minimum is useless. Keep this in mind when errors are averaged.
#
# Are the forces really minus the slope of the energies? The simplest check: move each coordinate a little to both sides, and take minus the difference of the energies, divided by the distance between the two places. `numerical_forces` does that for all six coordinates.

# %%
from forcefield.finite_differences import numerical_forces


def energy_at(new_positions):
    """Energy in eV of two atoms at these positions, shape (2, 3) in Å."""
    atoms = ase.Atoms("HH", new_positions)
    atoms.calc = LennardJones(sigma=sigma_lj, epsilon=epsilon)
    return atoms.get_potential_energy()


# %%
numerical = [numerical_forces(energy_at, positions[s], step=1e-5) for s in range(0, 200, 10)]
largest = np.abs(numerical - forces[::10]).max()
print("forces and finite differences of the energy agree to 1e-5 eV/Å:", largest < 1e-5)
assert largest < 1e-5

# %% [markdown]
# Why the step is $10^{-5}$ Å, and not much larger or smaller, is the subject of section 4.

# %% [markdown]
# ## 2. SOAP at the midpoint
#
# A model needs input that does not change when the pair is turned or its atoms are swapped. The [descriptor](01_principle.ipynb#Terminology) SOAP (*smooth overlap of atomic positions*,
# [Bartók et al. 2013](https://doi.org/10.1103/PhysRevB.87.184115)) is computed in three steps.
#
# 1. **[Density](01_principle.ipynb#Terminology).** Put a Gaussian of width $\sigma$ on every atom: $\;\rho(\mathbf{q}) = \sum_i \exp\!\left(-|\mathbf{q}-\mathbf{R}_i|^2 / 2\sigma^2\right)$ at every point $\mathbf{q}$ in space.
# 2. **Coefficients.** Around a *centre*, expand this density in radial and angular functions: $\;c_{nlm} = \int g_n(q)\, Y_{lm}(\hat{\mathbf{q}})\, \rho(\mathbf{q})\, \mathrm{d}^3q$. (Here the hat stands for the direction of $\mathbf{q}$.) The
#    radial functions $g_n$, $n=1\dots n_\mathrm{max}$, depend on the distance $q$ from the centre. The spherical harmonics $Y_{lm}$, $l=0\dots l_\mathrm{max}$, $m=-l\dots l$, depend on the direction; they are the angular functions of the hydrogen atom.
# 3. **Sums that do not depend on direction.** Turning the pair changes the $c_{nlm}$, but not these sums over $m$, the [power spectrum](01_principle.ipynb#Terminology): $\;p_{nn'l} = \pi\sqrt{8/(2l+1)}\,\sum_m c_{nlm}\,c_{n'lm}$.
#
# The numbers $p_{nn'l}$ are the [features](01_principle.ipynb#Terminology). For the two pictures below we write the radial functions out by hand.

# %% [markdown]
# DScribe's default basis is called `gto` (Gaussian-type orbitals). For $l=0$ it starts from Gaussians $e^{-\alpha_n q^2}$. Each falls to $10^{-3}$ at its own distance $a_n$; these lie equally spaced between 1 Å and
# `r_cut`. Their mixtures $g_n$ are made orthonormal: $\int g_n g_{n'} q^2 \mathrm{d}q$ is 1 for $n=n'$ and 0 otherwise. The inverse square root of the table of their overlaps, the integrals of all pairs of Gaussians, does that. (`np.trapezoid` computes an integral as a sum over the grid `q`.)

# %%
from scipy.linalg import inv, sqrtm

r_cut, n_max, sigma = 5.0, 3, 0.5
q = np.linspace(1e-6, 12, 6001)  # distance from the centre, Å; all functions decay before 12

decay_distances = np.linspace(1, r_cut, n_max)
alphas = -np.log(1e-3) / decay_distances**2  # 1/Å²
overlaps = np.sqrt(np.pi) / 4 * (alphas[:, None] + alphas) ** -1.5  # integrals, with q²
radial_functions = inv(sqrtm(overlaps)) @ np.exp(-np.outer(alphas, q**2))

# %%
products = np.trapezoid(radial_functions[:, None] * radial_functions * q**2, q)
print("orthonormal:", np.allclose(products, np.eye(n_max), atol=1e-8))

# %% jupyter={"source_hidden": true} tags=["hide-input"]
figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.2))
line = np.linspace(-4.5, 4.5, 400)
for r, style, colour, side in ((2.5, "-", COLOURS["model"], 1), (5.0, "--", COLOURS["training"], -1)):
    density = sum(np.exp(-((line - place) ** 2) / (2 * sigma**2)) for place in (-r / 2, r / 2))
    left.plot(line, density, style, color=colour)
    left.text(side * r / 2, 1.05, f"r = {r} Å", color=colour, ha="center")
left.plot(0, 0, "k+", markersize=12)
left.text(0, -0.19, "centre", ha="center")
left.set(xlabel="x (Å)", ylabel="density ρ on the x axis", ylim=(-0.25, 1.2))
for n, (function, style) in enumerate(zip(radial_functions, ("-", "--", ":"), strict=True)):
    right.plot(q, q * function, style, label=f"n = {n + 1}")
right.set(xlabel="distance q from the centre (Å)", ylabel="$q\\,g_n(q)$ (Å$^{-1/2}$)", xlim=(0, 6))
right.legend()
show(
    figure,
    "Left: the density of two dimers along x, two Gaussians each, at 1.25 Å and at 2.5 Å on both sides "
    "of the centre. Right: the three orthonormal radial functions; the first is large near the centre, "
    "the third extends farthest.",
)

# %% [markdown]
# Each atom is $r/2$ from the centre, not $r$: at most 2.5 Å away. Each $c_n$ is the integral over one curve on the right times the Gaussians on the left, up to a factor that falls as $1/r$.
#
# Now DScribe does it for all 200 dimers, and gives the derivatives too. The centres are given as one list for each system. **Derivatives come first, descriptors second.**

# %%
from dscribe.descriptors import SOAP

soap = SOAP(species=["H"], periodic=False, r_cut=5.0, sigma=0.5, n_max=3, l_max=0)
midpoint = [0.0, 0.0, 0.0]
centers = [[midpoint]] * len(structures)

derivatives, descriptors = soap.derivatives(structures, centers=centers, method="analytical")
print("descriptors", descriptors.shape, descriptors.dtype)
print("derivatives", derivatives.shape, derivatives.dtype)

# %% [markdown]
# Six features: the pairs $(n, n')$ with $n \le n'$ out of three radial functions. In general, for one element, there are $\tfrac12 n_\mathrm{max}(n_\mathrm{max}+1)$ pairs, each with $l_\mathrm{max}+1$ values of $l$.

# %%
for n, l in ((3, 0), (1, 0), (8, 0), (3, 4), (4, 4), (8, 6)):
    counted = SOAP(species=["H"], r_cut=5.0, n_max=n, l_max=l).get_number_of_features()
    formula = n * (n + 1) // 2 * (l + 1)
    print(f"n_max = {n}, l_max = {l}: {counted:3d} features, formula {formula:3d}")
    assert counted == formula

# %% jupyter={"source_hidden": true} tags=["hide-input"]
pairs = [(n, m) for n in range(1, 4) for m in range(n, 4)]
figure, axes = plt.subplots(figsize=(7, 3.6))
styles = ("-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))
places = ((2.55, 0.16), (2.55, -0.15), (2.55, -0.7), (2.43, 0.8), (2.75, 1.25), (3.1, 2.2))  # of the labels
for k, ((n, m), style) in enumerate(zip(pairs, styles, strict=True)):
    curve = axes.plot(distances, descriptors[:, 0, k], linestyle=style)[0]
    axes.text(*places[k], f"$p_{{{n}{m}}}$", color=curve.get_color(), fontsize=12)
axes.set(xlabel="distance r (Å)", ylabel="feature (no unit)", ylim=(-0.85, 2.6))
show(
    figure,
    "The six features against the distance: smooth curves that start at different heights and cross. "
    "Most of them are flat towards 5 Å; the largest still falls there.",
)

# %% [markdown]
# Every distance has its own set of six values: that is the input of the model. Is this really what the three steps say? For $l=0$ the angular integral of a Gaussian at distance $d=r/2$ has a closed
# form, $\sqrt{4\pi}\, e^{-(q^2+d^2)/2\sigma^2}\, \sinh(qd/\sigma^2)\,/\,(qd/\sigma^2)$, and the rest is a sum over the grid `q`.

# %%
system = 60
d = distances[system] / 2
u = q * d / sigma**2
angular_integral = np.sqrt(4 * np.pi) * np.exp(-(q**2 + d**2) / (2 * sigma**2)) * np.sinh(u) / u
coefficients = np.trapezoid(radial_functions * 2 * angular_integral * q**2, q)  # 2: both atoms
power_spectrum = np.pi * np.sqrt(8) * np.outer(coefficients, coefficients)
by_hand = power_spectrum[np.triu_indices(n_max)]

# %%
print(f"r = {distances[system]:.3f} Å")
print("by hand:", np.round(by_hand, 4))
print("DScribe:", np.round(descriptors[system, 0], 4))
assert np.allclose(by_hand, descriptors[system, 0], rtol=0, atol=1e-8)

# %% [markdown]
# The same numbers: three integrals, multiplied in pairs. There is no more to SOAP than that (for $l=0$).

# %% [markdown]
# ### Exercise 2.1: Any number of atoms
#
# **8 minutes**
#
# The cell above holds for two atoms at the same distance from the centre. Write a function for any number of atoms at any distances. For $l=0$ their directions do not matter. Use `q`, `radial_functions`, `sigma` and `n_max` of this section. The check compares with DScribe.

# %% tags=["exercise"]
def features_around(distances_to_centre):
    """Six SOAP features, shape (6,), from the distances of atoms, shape (n_atoms,), in Å."""
    return ...


check("2.1", features_around)

# %% [markdown]
# <details><summary>Hint</summary>
#
# The density is a sum over atoms, and the coefficients are integrals over the density. So compute `coefficients` for one atom, without the factor 2, and add up over the atoms. What comes after that happens once.
#
# </details>

# %% jupyter={"source_hidden": true} tags=["solution", "hide-input"]
def features_around(distances_to_centre):
    total = np.zeros(n_max)
    for distance in distances_to_centre:
        ratio = q * distance / sigma**2
        around = np.exp(-(q**2 + distance**2) / (2 * sigma**2)) * np.sinh(ratio) / ratio
        total += np.sqrt(4 * np.pi) * np.trapezoid(radial_functions * around * q**2, q)
    return np.pi * np.sqrt(8) * np.outer(total, total)[np.triu_indices(n_max)]


check_solution("2.1", features_around)

# %% [markdown]
# ## 3. The derivatives, index by index
#
# `derivatives[system, center, atom, axis, feature]` says how fast one feature changes when one atom moves along one axis. Its unit is 1/Å. Here is one entry, and a test of what it says:

# %%
value = derivatives[60, 0, 1, 0, 5]
moved = structures[60].copy()
moved.positions[1, 0] += 0.01  # atom 1, x axis, Å
change = soap.create(moved, centers=[midpoint])[0, 5] - descriptors[60, 0, 5]
print(f"derivatives[60, 0, 1, 0, 5] = {value:.3f} per Å")
print(f"predicted change of feature 5 for 0.01 Å: {0.01 * value:.4f}, found: {change:.4f}")

# %% [markdown]
# "In system 60, described from centre 0: when atom 1 moves along x by one ångström, feature 5 falls by 0.8." That holds for small moves only, so we tried 0.01 Å and found a hundredth of it.
#
# All 36 entries of system 60 follow, one row for each coordinate, one column for each feature: the [Jacobian](01_principle.ipynb#Terminology) of lesson 1.
#
# **What do you expect?** How many of its six rows are zero?
#
# - **A** none
# - **B** three: those of one atom
# - **C** four: those of y and z
# - **D** all but one

# %% jupyter={"source_hidden": true} tags=["hide-input"]
jacobian = derivatives[60, 0].reshape(6, 6) + 0.0  # rows: atom 0 x, y, z, atom 1 x, y, z
figure, axes = plt.subplots(figsize=(6.4, 3.4))
image = axes.imshow(jacobian, vmin=-1.4, vmax=1.4, aspect="auto")
for (row, column), entry in np.ndenumerate(jacobian):
    colour = "black" if entry > -0.15 else "white"
    text = f"{entry:.2f}" if abs(entry) > 1e-12 else "0"
    axes.text(column, row, text, ha="center", va="center", color=colour)
axes.set_yticks(range(6), [f"atom {atom}, {axis}" for atom in (0, 1) for axis in "xyz"])
axes.set_xticks(range(6), [f"$p_{{{n}{m}}}$" for n, m in pairs])
axes.grid(visible=False)
figure.colorbar(image, label="derivative (1/Å)")
show(
    figure,
    "The Jacobian of one dimer as a table of colours and numbers, six coordinates by six features. Only the "
    "rows of atom 0 along x and atom 1 along x are not zero, and the second is the first with opposite sign.",
)

# %% [markdown]
# **Answer: C.** And the two rows that are left are opposite, so B and D fail: both atoms change the descriptor, each along x. Both facts have a reason.
#
# - **The y and z rows are zero.** A small step sideways does not change the atom's distance from the centre to first order: by Pythagoras it changes with the square of the step.
# - **The x rows are opposite.** Atom 0 moved right comes closer to the centre, atom 1 moved right goes away from it. The pair is symmetric about the centre, so the effects are equal in size.

# %%
sideways = np.abs(derivatives[:, :, :, 1:]).max()
mirror = np.abs(derivatives[:, :, 0, 0] + derivatives[:, :, 1, 0]).max()
print("all y and z derivatives below 1e-12 per Å:                ", sideways < 1e-12)
print("x derivatives of the atoms cancel to 1e-12 per Å:         ", mirror < 1e-12)
assert sideways < 1e-12
assert mirror < 1e-12

# %% [markdown]
# What happens to $\mathbf D$ when only the distance grows? Then atom 1 goes right by $\tfrac12\mathrm{d}r$ and atom 0 goes left by $\tfrac12\mathrm{d}r$, so
# $\dfrac{\mathrm{d}\mathbf D}{\mathrm{d}r} = \tfrac12\left(\dfrac{\partial\mathbf D}{\partial x_1} - \dfrac{\partial\mathbf D}{\partial x_0}\right)$, six numbers for each dimer.

# %%
slopes = 0.5 * (derivatives[:, 0, 1, 0] - derivatives[:, 0, 0, 0])  # 1/Å
along_curve = np.gradient(descriptors[:, 0], distances, axis=0)  # from neighbouring dimers
print("dD/dr", slopes.shape)
difference = np.abs(slopes - along_curve)[1:-1].max()
print("agrees with the slope of the curves to 0.01 per Å:", difference < 0.01)
assert difference < 0.01

# %% [markdown]
# ### Exercise 2.2: Atoms that move
#
# **7 minutes**
#
# A stretch is one motion. Now every atom has a velocity of its own. Write the rate at which each feature changes, for any number of systems, centres and atoms. (What `np.einsum` does: [lesson 1](01_principle.ipynb), step 4 of its section 6.)

# %% tags=["exercise"]
def rate_of(derivatives, velocities):
    """Rates, shape (n_systems, n_centers, n_features), in 1/fs (1 fs = 10^-15 s).

    Takes derivatives (n_systems, n_centers, n_atoms, 3, n_features) in 1/Å; the centres stay.
    Takes velocities (n_systems, n_atoms, 3) in Å/fs.
    """
    return ...


check("2.2", rate_of)

# %% [markdown]
# <details><summary>Hint</summary>
#
# In a short time, each coordinate changes by velocity times time, and the feature by derivative times that. Add up over everything that moves: which two indices of the derivatives are those?
#
# </details>

# %% jupyter={"source_hidden": true} tags=["solution", "hide-input"]
def rate_of(derivatives, velocities):
    return np.einsum("scaxk,sax->sck", derivatives, velocities)


check_solution("2.2", rate_of)

# %% [markdown]
# ## 4. The gradient check: one step is not enough
#
# Agreement to 0.01 is a first hint, not a proof. The standard proof is the [**central difference**](01_principle.ipynb#Terminology): move one coordinate by $+h$ and by $-h$,
#
# $$\frac{\partial \mathbf D}{\partial x} \approx \frac{\mathbf D(x+h) - \mathbf D(x-h)}{2h}.$$
#
# Which step $h$? Instead of guessing, take a **sweep**: many steps, from $10^{-1}$ to $10^{-9}$ Å. We move atom 1 along x in nine dimers, and take the worst feature. For comparison there is the *forward* difference, $(\mathbf D(x+h)-\mathbf D(x))/h$, and a derivative that is wrong: the analytic one, made 2 % too large.
#
# **What do you expect?** How does the error of the central difference change as $h$ becomes smaller?
#
# - **A** it falls all the way
# - **B** it falls, then stays level
# - **C** it falls, then rises again


# %%
def features_at(shift):
    """Features of nine dimers after atom 1 has moved by `shift` (Å) along x, shape (9, 6)."""
    moved = [atoms.copy() for atoms in structures[10:190:20]]
    for atoms in moved:
        atoms.positions[1, 0] += shift
    return soap.create(moved, centers=[[midpoint]] * len(moved))[:, 0]


# %%
analytic = derivatives[10:190:20, 0, 1, 0]
steps = np.logspace(-1, -9, 49)
central = [(features_at(h) - features_at(-h)) / (2 * h) for h in steps]
forward = [(features_at(h) - features_at(0)) / h for h in steps]
central_errors = np.array([np.abs(numerical - analytic).max() for numerical in central])
forward_errors = np.array([np.abs(numerical - analytic).max() for numerical in forward])
wrong_errors = np.array([np.abs(numerical - 1.02 * analytic).max() for numerical in central])

# %% jupyter={"source_hidden": true} tags=["hide-input"]
# The dashed line goes through the error at 0.01 Å; nothing is fitted in the dotted one.
truncation = central_errors[np.abs(steps - 1e-2).argmin()] * (steps / 1e-2) ** 2
round_off = np.finfo(float).eps * np.abs(descriptors).max() / steps
figure, axes = plt.subplots(figsize=(7, 4.2))
axes.loglog(steps, forward_errors, "s", markersize=4, color=COLOURS["extra"])
axes.loglog(steps, wrong_errors, "x", markersize=4, color=COLOURS["baseline"])
axes.loglog(steps, central_errors, "o", markersize=4, color=COLOURS["model"])
axes.loglog(steps, truncation, "--", color=COLOURS["truth"], linewidth=1.2)
axes.loglog(steps, round_off, ":", color=COLOURS["truth"], linewidth=1.5)
axes.text(1.5e-3, 3e-8, "central difference\ntruncation, slope 2", color=COLOURS["model"])
axes.text(3e-8, 1e-4, "forward difference\ntruncation, slope 1", color=COLOURS["extra"])
axes.text(1e-9, 0.15, "central difference, derivative 2 % too large", color=COLOURS["baseline"])
axes.text(1.1e-9, 4e-11, "round-off $\\epsilon_\\mathrm{float}|D|/h$\nslope −1")
axes.set(xlabel="step h (Å)", ylabel="largest error of dD/dx (1/Å)", ylim=(1e-11, 3))
show(
    figure,
    "Error of the finite difference against the step on logarithmic axes. Central differences form a V: down "
    "with slope 2 from large steps, lowest near 1e-5 Å, up again with slope -1. "
    "Forward differences fall with slope 1 only. The errors of a derivative that is 2 % too large lie on a flat line.",
)

# %% [markdown]
# **Answer: C.** The points form a V, because there are two errors. A and B know the first one only.
#
# - **Truncation.** The formula leaves out higher terms of the Taylor series. For the central difference the first one left out is $\tfrac16 h^2\,\mathbf D'''$: on logarithmic axes a line of slope 2. For the
#   forward difference it is $\tfrac12 h\,\mathbf D''$: slope 1.
# - **Round-off.** float64 keeps about 16 digits, so each feature is off by about $\epsilon_\mathrm{float}|\mathbf D|$ with $\epsilon_\mathrm{float} = 2.2\times10^{-16}$. Divided by $h$ this becomes
#   $\epsilon_\mathrm{float}|\mathbf D|/h$: slope −1.
#
# So smaller is not better: the best step lies where the two lines cross. **A wrong derivative looks different:** its error stays level however small the step is, because the two sides do not approach the same number. A sweep shows that; a comparison with a single step need not.

# %%
large = (steps > 1e-4) & (steps < 3e-2)
slope_central, slope_forward = (
    np.polyfit(np.log10(steps[large]), np.log10(errors[large]), 1)[0]
    for errors in (central_errors, forward_errors)
)
print(f"slope at large steps: central {slope_central:.1f}, forward {slope_forward:.1f}")
assert abs(slope_central - 2) < 0.1
assert abs(slope_forward - 1) < 0.1

# %%
best = steps[central_errors.argmin()]
usual = central_errors[np.abs(steps - 1e-4).argmin()]
print("best step between 1e-6 and 1e-4 Å:       ", 1e-6 < best < 1e-4)
print("error there below 1e-8 per Å:            ", central_errors.min() < 1e-8)
print("error at 1e-4 Å below 1e-7 per Å:        ", usual < 1e-7)
print(f"smallest error of the wrong derivative:   {wrong_errors.min():.2f} per Å")
print(f"the derivatives themselves are at most    {np.abs(analytic).max():.1f} per Å")
assert 1e-6 < best < 1e-4
assert central_errors.min() < 1e-8
assert usual < 1e-7

# %% [markdown]
# The analytic derivatives pass. The package has the central difference as one function. It moves every coordinate of every atom, so it checks the whole Jacobian.

# %%
from forcefield.finite_differences import central_difference


def features_of(new_positions):
    """Six features of two atoms at these positions, shape (2, 3) in Å."""
    return soap.create(ase.Atoms("HH", new_positions), centers=[midpoint])[0]


# %%
numerical = central_difference(features_of, positions[60], step=1e-5)
difference = np.abs(numerical - derivatives[60, 0]).max()
print("shape (atom, axis, feature):", numerical.shape)
print("whole Jacobian agrees to 1e-8 per Å:", difference < 1e-8)
assert difference < 1e-8

# %% [markdown]
# ### Exercise 2.3: Which derivatives are right?
#
# **12 minutes** · spot the mistake
#
# Four descriptors of three atoms, each with an array of derivatives. Some of the arrays do not belong to their features; the sets repeat what users of DScribe reported. Give `True` for each set whose derivatives are right, `False` for the others. Beware: one step is not enough.

# %% tags=["exercise"]
from forcefield.exercises.lesson_02 import suspicious_derivatives

set_positions, derivative_sets = suspicious_derivatives()  # (3, 3) in Å
set_features, set_derivatives = derivative_sets["A"]  # a function; (atom, axis, feature) in 1/Å

answer = {"A": ..., "B": ..., "C": ..., "D": ...}
check("2.3", answer)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `central_difference(set_features, set_positions, step)` gives an array of the shape of `set_derivatives`. Print the largest difference for steps from $10^{-1}$ to $10^{-6}$ Å, for each set. What does the smallest of these errors say?
#
# </details>
#
# <details><summary>Sources (they give the answer away)</summary>
#
# DScribe, issues [63](https://github.com/SINGROUP/dscribe/issues/63) and [113](https://github.com/SINGROUP/dscribe/issues/113). Both are settled in the version that the course uses; what does not agree was not always DScribe's mistake.
#
# </details>

# %% jupyter={"source_hidden": true} tags=["solution", "hide-input"]
answer = {}
for set_name, (set_features, set_derivatives) in derivative_sets.items():
    found = [central_difference(set_features, set_positions, step) for step in np.logspace(-1, -6, 11)]
    best_error = min(np.abs(one - set_derivatives).max() for one in found)
    answer[set_name] = best_error < 0.01 * np.abs(set_derivatives).max()

check_solution("2.3", answer)

# %% [markdown]
# ## 5. What each SOAP parameter changes
#
# A descriptor is good when different distances get clearly different features. A measure for that is the [**sensitivity**](01_principle.ipynb#Terminology): how fast the descriptor changes with $r$, compared with its largest length,
#
# $$ s(r) = \frac{|\mathrm{d}\mathbf D/\mathrm{d}r|}{\max_r |\mathbf D|}\qquad\text{(unit 1/Å)}. $$
#
# $s = 0.2$ per Å means: a distance change of 0.05 Å changes the descriptor by 1 % of its largest length. Where $s$ is near zero, the descriptors of neighbouring distances are almost the same, and a model can hardly tell them apart.

# %%
standard = {"r_cut": 5.0, "n_max": 3, "l_max": 0, "sigma": 0.5}


def soap_curves(**changed):
    """Features (200, n_features) and dD/dr in 1/Å, for the standard settings with changes."""
    soap = SOAP(species=["H"], periodic=False, **(standard | changed))
    derivatives, descriptors = soap.derivatives(structures, centers=centers)
    return descriptors[:, 0], 0.5 * (derivatives[:, 0, 1, 0] - derivatives[:, 0, 0, 0])


def sensitivity(features, slopes):
    """Length of dD/dr over the largest length of D, shape (200,), 1/Å."""
    return np.linalg.norm(slopes, axis=1) / np.linalg.norm(features, axis=1).max()


# %% [markdown]
# A helper, folded: `table` prints the smallest sensitivity between 2.5 and 5 Å for several values of one parameter.


# %% jupyter={"source_hidden": true} tags=["hide-input"]
def table(name, values):
    """Print number of features, smallest sensitivity and largest length for values of one parameter."""
    print(f"{name:>10s}  features  smallest s (1/Å)  at r (Å)  largest |D|")
    for value in values:
        features, slopes = soap_curves(**{name: value})
        s, length = sensitivity(features, slopes), np.linalg.norm(features, axis=1).max()
        numbers = f"{features.shape[1]:8d}  {s.min():16.1e}  {distances[s.argmin()]:8.2f}  {length:11.1e}"
        print(f"{value!s:>10s}  {numbers}")


# %% [markdown]
# ### `r_cut`: where the radial functions end
#
# **What do you expect?** The atoms are at most 2.5 Å from the centre. Which is the smallest of these values of `r_cut` with a sensitivity above 0.1 per Å everywhere?
#
# - **A** 1.2 Å
# - **B** 2.5 Å
# - **C** 4 Å

# %%
table("r_cut", (1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0))

# %% jupyter={"source_hidden": true} tags=["hide-input"]
figure, panels = plt.subplots(1, 4, figsize=(7.5, 2.4))
for value, style, axes in zip((1.2, 2.5, 5.0), ("-", "--", ":"), panels[:-1], strict=True):
    features, slopes_of_value = soap_curves(r_cut=value)
    axes.plot(distances, features / np.linalg.norm(features, axis=1).max(), linewidth=1.2)
    axes.set(xlabel="r (Å)", ylim=(-0.5, 1.1))
    axes.set_title(f"r_cut = {value} Å", fontsize=10)
    panels[-1].semilogy(distances, sensitivity(features, slopes_of_value), style, label=str(value))
panels[0].set_ylabel("features / largest |D|", fontsize=9)
panels[-1].set(xlabel="r (Å)", ylim=(1e-6, 10))
panels[-1].set_title("sensitivity s (1/Å)", fontsize=10)
panels[-1].legend(loc="lower left", title="r_cut (Å)", fontsize=9, title_fontsize=9)
show(
    figure,
    "Features and sensitivity for three cutoff radii. With 1.2 Å all features are flat beyond "
    "a distance of about 4 Å and the sensitivity falls by four orders of magnitude; with 5 Å they vary everywhere.",
)

# %% [markdown]
# **Answer: C.** The radial functions fall to a thousandth at `r_cut` or before, so an atom near `r_cut` hardly changes the features. That rules out A, and B as well: a cutoff equal to the farthest distance is too short. By this measure `r_cut` should be clearly larger than the distances that matter. (The limit of 0.1 is ours. Lesson [5](05_experiments.ipynb) measures errors: 3 Å is good enough there.) Too large has a price too: from 5 to
# 8 Å the same three functions have to cover more space, and the smallest sensitivity falls by half.
#
# `r_cut` is **not** the distance up to which atoms count. Two widths add up: that of the radial functions and that of the Gaussian on the atom. DScribe leaves an atom out only beyond $r_\mathrm{cut} + \sigma\sqrt{-2\ln 0.001}$, which is $r_\mathrm{cut} + 3.72\,\sigma$: there the Gaussian of the atom, at the distance $r_\mathrm{cut}$, is a thousandth of its peak. The course calls this the [**neighbour radius**](01_principle.ipynb#Terminology). (Users ask again and again what `r_cut` means: DScribe, issues [64](https://github.com/SINGROUP/dscribe/issues/64) and [154](https://github.com/SINGROUP/dscribe/issues/154).)

# %%
from forcefield.descriptors import neighbour_radius

for r_cut_small, narrow in ((1.5, 0.1), (2.0, 0.1), (1.2, 0.2)):
    features, _ = soap_curves(r_cut=r_cut_small, sigma=narrow)
    last = distances[np.flatnonzero(np.abs(features).max(axis=1))[-1]]
    radius = neighbour_radius(SOAP(species=["H"], r_cut=r_cut_small, sigma=narrow, n_max=3, l_max=0))
    print(f"r_cut {r_cut_small}, sigma {narrow} Å: neighbour radius {radius:.2f} Å,", end=" ")
    print(f"features up to r = {last:.2f} Å = 2 x {last / 2:.2f} Å")
    assert abs(last / 2 - radius) < 0.01

# %% [markdown]
# Beyond that distance every feature is exactly zero. With `r_cut=1.5` and `sigma=0.1` the pair at 4 Å and the pair at 5 Å have the same descriptor, and no amount of data will help. At that distance the features also **jump** to zero. The jump is small, but a finite difference taken across it is wrong; lesson [5](05_experiments.ipynb) measures it.

# %% [markdown]
# ### `n_max` and `l_max`: how many features
#
# The number of features grows with the square of `n_max`, and in proportion to `l_max + 1`.

# %%
table("n_max", (1, 2, 3, 8))

# %% [markdown]
# With `n_max=1` distances near 5 Å look the same: the only radial function decays at 1 Å, whatever `r_cut` is (see `decay_distances` in section 2). From 2 on the smallest sensitivity stays between 0.1 and 0.3 per Å.
#
# `l_max` says how finely angles are resolved. But which angle is there, for two atoms and a centre between them?
#
# **What do you expect?** Which of the features with $l = 1$ to 4 are zero?
#
# - **A** all: there is no angle
# - **B** those with odd $l$
# - **C** none

# %%
features, _ = soap_curves(l_max=4)
degree = np.repeat(np.arange(5), 6)  # l of each feature: six pairs (n, n') for each l
for l in range(5):
    largest = np.abs(features[:, degree == l]).max()
    print(f"l = {l}: largest feature", "zero" if largest < 1e-12 else f"{largest:.1f}")
assert np.abs(features[:, degree % 2 == 1]).max() < 1e-12

# %% [markdown]
# **Answer: B.** For odd $l$, $Y_{lm}$ changes sign from one side of the centre to the other, and the two atoms cancel, so C fails. Even $l$ add features, so A fails, but no angle: the pair is always one straight line through the centre. What they add are **other functions of the same distance**: DScribe's `gto` functions differ from $l$ to $l$. With three or more atoms $l$ does resolve angles; lesson [6](06_many_atoms.ipynb) uses `l_max=4`.

# %% [markdown]
# ### `sigma`, and what standardising does (optional)
#
# You may skip this part (10 minutes) up to "Explore"; lesson [5](05_experiments.ipynb) measures what `sigma` does to errors. The smallest sensitivity hardly depends on the width of the Gaussians:

# %%
table("sigma", (0.1, 0.5, 2.0))

# %% [markdown]
# But the sensitivity is one number, and most of it comes from the largest feature.
#
# Before a model reads features, each is [**standardised**](01_principle.ipynb#Terminology): its mean is subtracted, and it is divided by its standard deviation over the set (lesson [3](03_training.ipynb)). Then every feature has the same weight. What counts now is whether the features say *different* things. Take the 200 descriptors as points in a space of six dimensions. If all features were multiples of one curve, the points would lie on a line; in truth they spread along several independent directions, along some far more than along others. The [**singular values**](01_principle.ipynb#Terminology) (of the table of 200 rows and six columns, means subtracted) measure the spread along each direction, largest first; `np.linalg.svd` computes them.

# %%
def directions(features):
    """Spread along each independent direction, over that of the first, shape (6,)."""
    values = np.linalg.svd(features - features.mean(axis=0), compute_uv=False)
    return values / values[0]


# %%
print("       spread of the fourth direction, over the first")
print("sigma (Å)   before standardising   after standardising")
for value in (0.15, 0.5, 1.5):
    features, _ = soap_curves(sigma=value)
    before, after = directions(features), directions(features / features.std(axis=0))
    print(f"{value:9.2f}   {before[3]:20.1e}   {after[3]:19.1e}")

# %% jupyter={"source_hidden": true} tags=["hide-input"]
widths = np.geomspace(0.1, 2.0, 20)
spreads = []
for value in widths:
    features, _ = soap_curves(sigma=value)
    spreads.append((directions(features), directions(features / features.std(axis=0))))
spreads = np.array(spreads)  # (width, before or after, direction)
figure, panels = plt.subplots(1, 2, figsize=(7.5, 3.0), sharey=True)
for panel, when, title in zip(panels, (0, 1), ("before standardising", "after standardising"), strict=True):
    for number, style in ((1, "-"), (2, "--"), (3, "-.")):
        curve = panel.loglog(widths, spreads[:, when, number], style)[0]
        name = ("second", "third", "fourth")[number - 1]
        panel.text(0.105, spreads[0, when, number] * 1.25, name, color=curve.get_color(), fontsize=9)
    panel.axvline(0.5, color="0.5", linestyle=":", linewidth=1.2)
    panel.set(xlabel="sigma (Å)", title=title, ylim=(3e-7, 2))
    panel.set_xticks([0.1, 0.2, 0.5, 1, 2], ["0.1", "0.2", "0.5", "1", "2"])
panels[0].set_ylabel("spread / largest spread")
show(
    figure,
    "Spread of the second, third and fourth direction of the features against sigma, before and after "
    "standardising. Before, all three fall steeply beyond 0.5 Å. After, the second and third stay within the "
    "upper part up to 1 Å; the fourth is largest near 0.5 Å and falls on both sides.",
)

# %% [markdown]
# Standardising enlarges small features. It cannot bring back what all features lack: the fourth direction is strongest between 0.4 and 0.9 Å, and 20 to 40 times weaker at 0.15 and 1.5 Å than at 0.5. The reasons differ. With a narrow Gaussian, each $c_n$ is nearly $g_n$ at the place of the atom, and there (1.25 to 2.5 Å from the centre) the Gaussian that falls to a thousandth at 1 Å contributes nothing: two of the three functions are left, and they have three products. With a wide Gaussian all features become nearly parabolas, a straight part and a bend: two directions are left, and in the figure the second hardly falls there.
#
# Mind what is measured here: how different the inputs are, not how well a network fits. More directions need not mean smaller errors. Lesson [5](05_experiments.ipynb) measures the errors for each parameter.

# %% [markdown]
# ### Explore: the parameters together
#
# So far one parameter changed at a time. Here are all of them at once, for the dimer with its centre at the midpoint: the density around the centre, the descriptor at one distance, and the descriptor over all distances.

# %%
from forcefield.explorers.soap import soap_explorer

soap_explorer()

# %% [markdown]
# | picture | what it shows |
# |---|---|
# | top left | the density at each distance from the centre, and the radial basis functions $g_n$ (for $l = 0$, each scaled to 1) in which SOAP expands it |
# | bottom left | the descriptor at the distance $r$, one bar for a feature |
# | top right | the same features over all distances |
# | bottom right | how fast the descriptor changes: where this is small, distances are hard to tell apart. The scale is logarithmic, and its lower end means "not at all" |
#
# Features and slopes are divided by the largest length that $\mathbf D$ has between 2 and 7 Å, so that settings can be compared. (The tables above divide by the largest between 2.5 and 5 Å, so their numbers are larger.)
#
# | control | what it does |
# |---|---|
# | **r_cut: cutoff (Å)** | where the radial functions end. It starts at 1.5 Å because DScribe's `gto` basis needs more than 1 Å |
# | **n_max: radial basis size** | number of radial basis functions $g_n$ |
# | **l_max: angular degree** | highest degree of the spherical harmonics |
# | **σ: Gaussian width (Å)** | width of the Gaussian put on every atom |
# | **r: distance (Å)** | distance of the two atoms; each is $r/2$ away from the centre |
# | **Radial basis** | `gto`, or `polynomial`, whose derivatives have to be taken numerically: compare the times |
# | **Reset** | the settings of this lesson |
#
# **Try:**
#
# 1. Make σ smaller, down to 0.1 Å: the features hardly get narrower. What limits them now? Raise n_max to find out.
# 2. Set r_cut to 2 Å. Why are distances near 5 Å hard to tell apart now?
# 3. Set r_cut to 1.5 Å and σ to 0.1 Å. From which distance on is every feature zero, and why?
# 4. With n_max = 1, where does the slope nearly vanish? Would a second radial function help?
# 5. Raise l_max from 0 to 1. The number of features doubles, but every new bar is zero. Why?
#
# <details><summary>What one sees</summary>
#
# 1. The radial functions: three of them are too wide to follow a narrow Gaussian. With n_max = 8 the functions become narrower, and the features too.
# 2. At 5 Å each atom is 2.5 Å from the centre, where all radial functions have decayed. The features are almost zero there, and almost equal.
# 3. From $2\,(1.5 + 3.72 \cdot 0.1) = 3.74$ Å on: then both atoms are beyond the neighbour radius.
# 4. Towards large distances: the one radial function falls to a thousandth at 1 Å. A second one, which ends at r_cut, raises the smallest slope by orders of magnitude.
# 5. Odd $l$ change sign from one side of the centre to the other; the two atoms are opposite each other, so they cancel.
#
# </details>

# %% [markdown]
# ### Exercise 2.4: Ten features for a wide range
#
# **10 minutes** · open-ended
#
# Pairs from 2 to 7 Å are to be told apart, with the centre at the midpoint. With the settings of this lesson the features hardly change any more at 7 Å. Find settings with **at most ten features** whose sensitivity is **at least 0.12 per Å everywhere** from 2 to 7 Å. (It is divided by the largest length of $\mathbf{D}$ in this range.) The explorer above shows both; its sentence speaks of 2.5 to 5 Å alone, so look at its lower right picture.

# %% tags=["exercise"]
answer = {"r_cut": ..., "n_max": ..., "l_max": ..., "sigma": ...}  # Å, whole numbers, Å
check("2.4", answer)

# %% [markdown]
# <details><summary>Hint</summary>
#
# How far is each atom from the centre at 7 Å, and where do the radial functions end? Then spend the ten features: few `n_max` and an even `l_max` bring functions of different shapes. Features with odd $l$ are counted although they are zero.
#
# </details>

# %% jupyter={"source_hidden": true} tags=["solution", "hide-input"]
answer = {"r_cut": 7.0, "n_max": 2, "l_max": 2, "sigma": 0.5}
check_solution("2.4", answer)

# %% [markdown]
# ## 6. The centre, and what `attach` means
#
# A derivative asks: what changes when this atom moves *and everything else stays*? So it matters whether the centre stays. There are three cases.
#
# | centre | `attach` | when atom 0 moves, the centre |
# |---|---|---|
# | a point in space, such as our midpoint | no effect | stays |
# | atom 0 | `False`, the default | stays at the place where atom 0 was |
# | atom 0 | `True` | moves along |
#
# Moving *all* atoms together by the same small step changes nothing physical. The change of $\mathbf D$ is then the **sum of the derivatives over the atoms**.
#
# **What do you expect?** In which of the three cases is this sum zero?
#
# - **A** in all
# - **B** at the midpoint, and for atom 0 with `attach=True`
# - **C** for atom 0 with `attach=True` only

# %%
dimer = structures[60]
cases = {
    "midpoint": ([midpoint], False),
    "atom 0, attach=False": ([0], False),
    "atom 0, attach=True": ([0], True),
}

# %%
print("largest |dD/dx| (1/Å)            atom 0   atom 1   of the sum")
for l in (0, 1):
    soap_l = SOAP(species=["H"], periodic=False, **(standard | {"l_max": l}))
    for name, (center, attach) in cases.items():
        dD, _ = soap_l.derivatives(dimer, centers=center, attach=attach)
        atom_0, atom_1 = np.abs(dD[0, :, 0]).max(axis=1)
        total = np.abs(dD[0].sum(axis=0)).max()
        print(f"l_max = {l}, {name:22s} {atom_0:6.3f}   {atom_1:6.3f}   {total:10.3f}")

# %% [markdown]
# **Answer: B.** With `attach=False` the centre stays behind, so the sum is not zero and A fails: a model built on this predicts a net force on an isolated pair. With `attach=True` the sum is zero, as it must be for a centre on an atom. C forgets the midpoint: there the sum is zero too, by symmetry.
#
# Look at the row of `attach=False` and `l_max = 0`: atom 0, on which the centre lies, seems to have no influence. For $l=0$ that is so *to first order*: its Gaussian lies exactly on the centre, and a small step in any direction gives the same $c_{n00}$. With $l=1$ it is not so: its $c_{n1m}$, zero before the step, grows in proportion to the step. Multiplied by the $c_{n'1m}$ of the other atom it changes $p_{nn'1}$ to first order, and the derivative of the atom on the centre (0.635) is even larger than that of the other one (0.563).
#
# Finite differences show what the two answers mean: each is right, for a different question.

# %%
h = 1e-5
place = dimer.positions[0].copy()
ahead, behind = dimer.copy(), dimer.copy()
ahead.positions[0, 0] += h
behind.positions[0, 0] -= h

# %%
for attach, moves in ((False, "the atom alone"), (True, "atom and centre")):
    center = [0] if attach else [place]  # the atom itself, or the place where it was
    numerical = (soap.create(ahead, centers=center) - soap.create(behind, centers=center))[0] / (2 * h)
    dD, _ = soap.derivatives(dimer, centers=[0], attach=attach)
    error = np.abs(numerical - dD[0, 0, 0]).max()
    print(f"attach={attach!s:5s} agrees with the difference that moves {moves}:", error < 1e-8)
    assert error < 1e-8

# %% [markdown]
# A finite difference that disagrees with DScribe is often this: the centre moved in one and not in the other.

# %% [markdown]
# ### Exercise 2.5: A centre that moves along
#
# **8 minutes**
#
# You have the derivatives for a centre that stays at the place of one atom (`attach=False`), for any molecule. Make from them those for a centre that moves with this atom (`attach=True`), without DScribe.

# %% tags=["exercise"]
def moving_with(derivatives, atom):
    """Derivatives for a centre that moves with an atom, shape (n_atoms, 3, n_features), in 1/Å.

    Takes those for a centre that stays, in the same shape, and the number of the atom on which it lies.
    """
    return ...


check("2.5", moving_with)

# %% [markdown]
# <details><summary>Hint</summary>
#
# When one of the *other* atoms moves, nothing is different. For the atom's own row use what must happen when all atoms and the centre move together by the same step. Change a copy: `derivatives.copy()`.
#
# </details>

# %% jupyter={"source_hidden": true} tags=["solution", "hide-input"]
def moving_with(derivatives, atom):
    moving = derivatives.copy()
    moving[atom] -= derivatives.sum(axis=0)
    return moving


check_solution("2.5", moving_with)

# %% [markdown]
# ### The weakness of our midpoint
#
# The sum of its derivatives is zero only because the centre lies exactly halfway. The centre is a fixed point, the origin. Move the whole dimer, and the origin is no longer the midpoint.

# %%
print("moved by (Å)   change of D, origin   sum of dD/dx (1/Å)   change of D, centre on atom 0")
for shift in (0.0, 0.03, 0.1, 0.3):
    moved = dimer.copy()
    moved.translate((shift, 0, 0))
    dD, D = soap.derivatives(moved, centers=[midpoint])
    change = np.linalg.norm(D[0] - descriptors[60, 0]) / np.linalg.norm(descriptors[60, 0])
    on_atom = np.abs(soap.create(moved, centers=[0]) - soap.create(dimer, centers=[0])).max()
    total = np.abs(dD[0].sum(axis=0)).max()
    on_atom = "none" if on_atom < 1e-10 else "some"
    print(f"{shift:12.2f}   {change:19.2%}   {total:18.2f}   {on_atom:>29s}")

# %% [markdown]
# A move by 0.3 Å changes the descriptor by more than a tenth, although the energy of the pair does not change at all. Our data set holds nothing from which a model could learn that, and
# [lesson 4](04_analysis.ipynb) measures how wrong models then are. The remedy, a centre on every atom with `attach=True`, comes in [lesson 6](06_many_atoms.ipynb).

# %% [markdown]
# ## 7. Traps
#
# Things that DScribe does not warn about:
#
# | trap | what to do |
# |---|---|
# | `derivatives` returns derivatives first, descriptors second | look at the shapes once; the derivatives have two axes more |
# | a list with one structure loses its system axis | expect it, or use `forcefield.descriptors.describe`, which keeps the axis |
# | for a list of structures, `centers` is a list for each structure | `[[midpoint]] * len(structures)` |
# | `attach=False` is the default | say `attach=True` for centres on atoms |
# | analytic derivatives exist only for `rbf="gto"`, `average="off"`, `compression` off or `"crossover"`, non-periodic, without `weighting` | otherwise `method="auto"` silently takes central differences, with a step of 1e-4 Å |
# | an atom that crosses the neighbour radius enters or leaves the descriptor with a jump | see section 5 for the pair, and [lesson 5](05_experiments.ipynb) for what it does to a finite difference |
#
# For the silent central differences there is a way to be told: ask for `method="analytical"`.

# %%
polynomial = SOAP(species=["H"], periodic=False, rbf="polynomial", **standard)
try:
    polynomial.derivatives(dimer, centers=[midpoint], method="analytical")
except ValueError as problem:
    print("analytical:", problem)

# %%
auto, _ = polynomial.derivatives(dimer, centers=[midpoint])
numerical, _ = polynomial.derivatives(dimer, centers=[midpoint], method="numerical")
print("auto is the numerical answer:", np.array_equal(auto, numerical))
one, _ = soap.derivatives([dimer], centers=[[midpoint]])
print("a list with one structure:", one.shape)

# %% [markdown]
# ## 8. The split
#
# Labels are cheap here, but in real work each may cost hours of computing. So the model gets only 30 of the 200: the **training points**. The other 170 are the **test points**: they tell how good the model is, and
# *nothing is chosen by them*: they are not used to fit, to choose a setting, or to decide when to stop. Choices are made within the 30.

# %%
training_rows = np.linspace(0, len(distances) - 1, 30).astype(int)
test_rows = np.setdiff1d(np.arange(len(distances)), training_rows)
shared = np.intersect1d(training_rows, test_rows)
print(f"{len(training_rows)} training points, {len(test_rows)} test points, {len(shared)} in both")
print(f"training points from {distances[training_rows[0]]} to {distances[training_rows[-1]]} Å")
assert len(shared) == 0

# %% [markdown]
# Between two labels the model has to *interpolate*, and the error tends to be largest in the widest gap. Beyond the last label it must *extrapolate*.
#
# **What do you expect?** 30 equally spaced points leave gaps of 0.09 Å. How wide is the widest gap when 30 of the 200 points are drawn at random?
#
# - **A** about the same
# - **B** twice as wide
# - **C** three to four times as wide

# %%
rng = np.random.default_rng(0)
draws = [np.sort(rng.choice(len(distances), 30, replace=False)) for _ in range(1000)]
# Gaps between labels, and from the ends of the range to the first and last label.
ends = {"prepend": distances[0], "append": distances[-1]}
gaps = [np.diff(distances[draw], **ends).max() for draw in draws]
print(f"widest gap, equally spaced:    {np.diff(distances[training_rows]).max():.2f} Å")
print(f"widest gap, 1000 random draws: {np.median(gaps):.2f} Å (median),", end=" ")
print(f"{min(gaps):.2f} Å (best), {max(gaps):.2f} Å (worst)")

# %% jupyter={"source_hidden": true} tags=["hide-input"]
figure, axes = plt.subplots(figsize=(7.5, 3.8))
axes.plot(distances[test_rows], energies[test_rows], ".", markersize=3, color=COLOURS["truth"], label="170 test points")
axes.plot(distances[training_rows], energies[training_rows], **POINTS["training"], label="30 training points")
rows = {"equally spaced": distances[training_rows], "a random draw": distances[draws[0]]}
for row, (name, chosen) in enumerate(rows.items()):
    axes.plot(chosen, np.full(30, -2.2 - 1.6 * row), "|", markersize=11, color=COLOURS["training"])
    axes.text(5.05, -2.2 - 1.6 * row, name, va="center")
axes.set(xlabel="distance r (Å)", ylabel="energy E (eV)", xlim=(2.4, 5.75), xticks=np.arange(2.5, 5.1, 0.5))
axes.legend()
show(
    figure,
    "The energy curve with 170 small test points and 30 larger, equally spaced training points. Below it two rows "
    "of tick marks: equal spacing, and a random draw with wide gaps and clusters.",
)

# %% [markdown]
# **Answer: C.** That is the median of 1000 draws. B is a lucky draw, and even the best of all is half as wide again as A. Equal spacing with both ends included makes the widest gap as small as it can be.
#
# Be honest about what this test can say. Every test point lies between two training points that are less than 0.1 Å apart, so it measures **interpolation**. It says nothing about $r$ below 2.5 Å, above 5 Å, or
# about a moved pair. [Lesson 4](04_analysis.ipynb) tests those separately.

# %% [markdown]
# ## 9. Save it, with its metadata
#
# Arrays alone are of little use in a year: which potential, which SOAP settings, which units? `Dataset.from_structures` takes the labels that the structures carry, describes them, and keeps all settings: this whole lesson in one call.

# %%
from forcefield.dataset import Dataset
from forcefield.descriptors import MIDPOINT, make_soap

metadata = {
    "potential": {"name": "Lennard-Jones", "sigma": sigma_lj, "epsilon": epsilon},
    "units": {"positions": "Å", "energies": "eV", "forces": "eV/Å", "derivatives": "1/Å"},
}
data = Dataset.from_structures(structures, make_soap(), [MIDPOINT], metadata=metadata)
print(data)

# %% [markdown]
# It gives the same numbers as our cells. `equally_spaced`, which later lessons use, gives the same split:

# %%
from forcefield.splits import equally_spaced

by_hand = (positions, energies, forces, descriptors, derivatives)
for name, values in zip(Dataset.ARRAYS, by_hand, strict=True):
    assert np.abs(getattr(data, name) - values).max() < 1e-12
assert all(map(np.array_equal, equally_spaced(len(data), 30), (training_rows, test_rows)))
print("the same arrays, the same split")

# %% [markdown]
# `keep_dimer_dataset` saves it in the folder `data`. Later lessons call `dimer_dataset`, which finds the file, or makes the set again. A *fingerprint*, a short text computed from all labels, tells the course's set from yours: if you change distances or potential above and run all cells, yours is saved under a name of its own.

# %%
from forcefield import prepared

path = prepared.keep_dimer_dataset(data)
found = prepared.dimer_dataset()
print("saved as", path.name)
print("the same labels:", found.fingerprint() == data.fingerprint())

# %% [markdown]
# ## Summary
#
# - 200 dimers from 2.5 to 5.0 Å carry Lennard-Jones energies `(200,)` and forces `(200, 2, 3)`; the net force is zero, and the forces are the negative slope of the energies.
# - SOAP puts a Gaussian on every atom, expands the density in radial and angular functions around a centre, and keeps what does not depend on direction. Six features computed by hand agree with DScribe to 1e-8.
# - `derivatives[system, center, atom, axis, feature]` comes first out of DScribe. At the midpoint of a dimer only x entries differ from zero, with opposite signs for the two atoms.
# - The gradient check: central differences have an error that falls with $h^2$ and rises again with $1/h$; the best step is between 1e-6 and 1e-4 Å, and there the analytic derivatives agree to 1e-8.
# - With a short `r_cut` or `n_max=1` large distances look the same; odd `l` add nothing at a midpoint; a very narrow or very wide `sigma` leaves fewer independent directions, and standardising does not bring them back. The errors of a fit need not follow: lesson 5 measures them.
# - Atoms count up to the neighbour radius, `r_cut + 3.72 sigma`; there the descriptor jumps.
# - Derivatives depend on whether the centre moves. With a centre fixed in space, a dimer that moved has another descriptor.
# - 30 equally spaced labels train, and nothing is chosen by the 170 test points. The set is saved with its metadata.

# %% [markdown]
# ## Quiz
#
# Three questions. Choose an answer, and a sentence says why it is right, or what it overlooks.

# %%
quiz(2)

# %%
progress(2)

# %% [markdown]
# ## Next
#
# [Lesson 3: Training](03_training.ipynb) turns this data set into a force field. Terms and symbols are in [Terminology](01_principle.ipynb#Terminology).
