# %% [markdown]
# # 9. Crystals
#
# **You will learn**
#
# - to describe a crystal that repeats without end, and to get correct derivatives for it (DScribe also gives wrong ones, without a warning);
# - to train a force field on strained cells of 4 atoms, with EMT as the truth;
# - to compute what one can measure on copper: lattice constant, bulk modulus, shear moduli, phonon frequencies, stress;
# - to find out where the model stops being right, how a calculator can warn you there, and to correct one such place with data;
# - what this course left out, and where to read on.
#
# **You need** [lesson 6](06_many_atoms.ipynb) (a centre on every atom, energies as sums) and [lesson 7](07_dynamics.ipynb) (a force field as an ASE calculator).
#
# **Time** about 85 minutes of reading and running, 30 minutes of exercises; all cells run in under a minute.

# %%
import matplotlib.pyplot as plt
import numpy as np

from forcefield.lesson import start_lesson
from forcefield.plots import COLOURS, LINES, TRAINING_RANGE, show

start_lesson()

# %% [markdown]
# ## 1. Four atoms that fill space
#
# Copper is *face-centred cubic*: an atom on every corner of a cube and one in the middle of every face. Each corner is shared by eight cubes and each face by two, so one cube holds four atoms.
# The box `cell` holds three edge vectors $\mathbf{a}, \mathbf{b}, \mathbf{c}$ as rows. Wherever there is an atom at $\mathbf{R}$, there are *images* of it at $\mathbf{R} + i\,\mathbf{a} + j\,\mathbf{b} + k\,\mathbf{c}$ for all whole numbers $i, j, k$.

# %%
from ase.calculators.emt import EMT

from forcefield.crystals import copper_crystal, crystal_soap
from forcefield.descriptors import neighbour_radius, soap_settings

crystal = copper_crystal(3.6)
crystal.calc = EMT()
soap = crystal_soap()
print(f"{len(crystal)} atoms, edges {crystal.cell.lengths()} Å, periodic along x, y, z: {crystal.pbc}")
print(f"energy of the cell: {crystal.get_potential_energy():.4f} eV")
print(f"{soap.get_number_of_features()} features, r_cut = {soap_settings(soap)['cutoff_radius']} Å")
print(f"neighbours count up to {neighbour_radius(soap):.2f} Å")

# %% [markdown]
# The energy is that of the four atoms in one cell, not of the whole infinite crystal. EMT (effective medium theory, [lesson 6](06_many_atoms.ipynb)) is the truth in this lesson; it counts energies from a crystal at rest, so the number is small.
#
# Now look at the lengths: an atom sees neighbours up to 6.49 Å, and the cell is 3.6 Å wide. **What do you expect?** How many of an atom's neighbours are images of itself?

# %%
from ase.neighborlist import neighbor_list

first, second, distances = neighbor_list("ijd", crystal, neighbour_radius(soap))
of_atom_0 = first == 0
print("neighbours of atom 0:", of_atom_0.sum())
print("of these, images of atom 0 itself:", (of_atom_0 & (second == 0)).sum())
print("other atoms in the cell:", len(crystal) - 1)

# %% [markdown]
# Some programs keep only the nearest image of every atom (the *minimum image convention*). That is right only if the cutoff is at most half the cell's width. Here it would see 3 neighbours instead of 86.
#
# Does DScribe see all of them? Cut a large block out of the crystal, without periodicity, and describe the atom in its middle. It must get the same 90 numbers. Forgetting `periodic=True` gives others.

# %%
from forcefield.descriptors import make_soap

open_soap = make_soap(**{**soap_settings(soap), "periodic": False})
block = copper_crystal(3.6) * (5, 5, 5)
middle = int(np.linalg.norm(block.positions - 7.2, axis=1).argmin())

infinite = soap.create(crystal, centers=[0])[0]
in_block = open_soap.create(block, centers=[middle])[0]
forgotten = open_soap.create(crystal, centers=[0])[0]
print("same as in a block of 500 atoms:", np.allclose(infinite, in_block, rtol=0, atol=1e-8))
print("same without periodic=True:     ", np.allclose(infinite, forgotten, rtol=0, atol=1e-8))
assert np.allclose(infinite, in_block, rtol=0, atol=1e-8)
assert not np.allclose(infinite, forgotten)

# %% [markdown]
# ## 2. Derivatives: numerical, and only all at once
#
# For periodic systems DScribe has no analytic derivatives. It tells you only if you ask for them by name. By default it takes central differences and does not say so.

# %%
rattled = copper_crystal(3.6)
rattled.positions += np.random.default_rng(0).uniform(-0.05, 0.05, (4, 3))  # Å
try:
    soap.derivatives(rattled, method="analytical")
except ValueError as problem:
    print("analytical:", problem)

# %% [markdown]
# A central difference moves every coordinate a little up and down: $6 N$ new descriptions of $N$ centres each. DScribe leaves out centres too far away to notice, but in such small cells none is. So the cost grows like $N^2$, while the energy alone needs one description:

# %%
import time

from forcefield.descriptors import describe

cost = []  # rows: number of atoms, s for descriptors, s for derivatives too
for repeat in ((1, 1, 1), (1, 1, 2), (1, 2, 2), (2, 2, 2)):
    cell = rattled * repeat
    start = time.perf_counter()
    for _ in range(5):
        soap.create(cell)
    middle_time = time.perf_counter()
    describe(soap, [cell], attach=True)
    cost.append((len(cell), (middle_time - start) / 5, time.perf_counter() - middle_time))
    print(f"{len(cell):2d} atoms, with derivatives, time: {cost[-1][2]:.4f} s (this machine)")

# %% tags=["hide-input"] jupyter={"source_hidden": true}
atoms_in_cell, alone, with_derivatives = np.array(cost).T
figure, axes = plt.subplots(figsize=(6, 3.4))
axes.loglog(atoms_in_cell, 1e3 * with_derivatives, "o-", color=COLOURS["model"])
axes.loglog(atoms_in_cell, 1e3 * alone, "s--", color=COLOURS["baseline"])
axes.text(4, 4e3 * with_derivatives[0], "with numerical\nderivatives", color=COLOURS["model"])
axes.text(12, 5e2 * alone[0], "descriptors alone", color=COLOURS["baseline"], va="top")
axes.set(xlabel="atoms in the cell", ylabel="time per cell (ms)", xlim=(3.5, 40), xticks=[4, 8, 16, 32])
axes.set_ylim(100 * alone[0], None)
axes.minorticks_off()
axes.set_xticklabels(["4", "8", "16", "32"])
show(
    figure,
    "Time against the number of atoms, both on log axes: the line with derivatives lies far above "
    "that of the descriptors alone, and rises more steeply.",
)

# %% [markdown]
# Hence small cells in this lesson: 4 atoms cost milliseconds, 32 atoms a large part of a second. In a fit, the derivatives are made once and used in every iteration. And what needs energies alone, needs no derivatives: the course's calculator takes none unless forces are asked for.
#
# **The trap.** Which centres may one ask for? We compare with central differences of our own. `attach=True` means that the centre moves with its atom.

# %%
from forcefield.finite_differences import central_difference


def own_derivatives(structure, step=1e-5):
    """Derivatives, each centre on its atom, shape (n_centers, n_atoms, 3, n_features), 1/Å."""

    def descriptors_at(positions):
        moved = structure.copy()
        moved.positions = positions
        return soap.create(moved)

    return np.moveaxis(central_difference(descriptors_at, structure.positions, step), 2, 0)


# %%
own = own_derivatives(rattled)
print("own derivatives:", own.shape, "largest value in 1/Å:", f"{np.abs(own).max():.1f}")
print("centres          largest error (1/Å)")
for centers in ([0, 1, 2, 3], [0, 1], [0], [1], [3, 2, 1, 0], [1, 2]):
    dscribe_derivatives, _ = soap.derivatives(rattled, centers=centers, attach=True)
    error = np.abs(dscribe_derivatives - own[centers]).max()
    print(f"{centers!s:16s}", "below 1e-6" if error < 1e-6 else f"{error:.2f}")
    assert (error < 1e-6) == (centers == list(range(len(centers))))

# %% [markdown]
# Only lists that start 0, 1, 2, ... in order come out right. All others have errors as large as the values themselves, and **no warning**: in periodic systems DScribe 2.1 lets the first
# centre of the list follow atom 0, the second atom 1, and so on, whatever atoms they belong to. So ask for all atoms, in order, with `attach=True`, and then pick. `describe` from our package does this by default, and refuses any other list.
#
# What DScribe can and cannot differentiate:
#
# | you want the derivative of | with respect to | DScribe 2.1 |
# |---|---|---|
# | SOAP (`gto`, `average="off"`, no weighting) of clusters and molecules | positions | analytic, fast |
# | SOAP with `polynomial`, a weighting, an average | positions | numerical, silently |
# | SOAP of periodic systems | positions | numerical, silently; centres: all atoms, in order, `attach=True` |
# | any descriptor | the cell (strain, for the stress) | no; section 7 takes differences of the energy |
# | any descriptor | positions, twice (for a Hessian) | no; section 6 takes differences of the forces |

# %% [markdown]
# ## 3. The jump, and a difference taken across it
#
# DScribe drops an atom where its Gaussian has fallen to 0.001 at `r_cut`: at the *neighbour radius* $r_\mathrm{cut} + 3.72\,\sigma$. There the descriptor has a small jump (lesson 5). A crystal has many atoms near that distance.
#
# **What do you expect** of a numerical derivative if one pair of atoms stands just at the jump? Scale the rattled cell so that one pair lies $10^{-5}$ Å beyond the neighbour radius:

# %%
from forcefield.crystals import crosses_neighbour_radius, deform

radius = neighbour_radius(soap)
apart = np.sort(neighbor_list("d", rattled, radius + 0.5))
factor = (radius + 1e-5) / apart[apart > radius][0]
unlucky = deform(rattled, (factor - 1) * np.eye(3))
slightly_smaller = deform(unlucky, -1e-5 * np.eye(3))  # edges times 0.99999: the pair is inside

jump = np.abs(soap.create(unlucky) - soap.create(slightly_smaller)).max()
largest = np.abs(soap.create(unlucky)).max()
print(f"jump of the descriptor: {jump:.3f}, largest value {largest:.0f}")
assert jump < largest / 1000

# %%
_, (derivatives,) = describe(soap, [unlucky], attach=True)
own = own_derivatives(unlucky, step=1e-6)
error = np.abs(derivatives - own).max()
print(f"error of DScribe's derivatives: {error:.1f} per Å, largest true value {np.abs(own).max():.1f}")
print("found by crosses_neighbour_radius:", crosses_neighbour_radius(soap, unlucky))
assert error > 1

# %% [markdown]
# A jump of less than a thousandth of the largest value, divided by DScribe's $2h = 2\cdot10^{-4}$ Å, becomes an error larger than the derivatives themselves. Our own difference used $h = 10^{-6}$ Å and stayed on one side of the jump.
#
# How often does this happen by chance, in frames as the next section draws them (strained, then rattled)?

# %%
from forcefield.crystals import crystal_frames

for repeat, n_frames in ((1, 200), (2, 200)):
    drawn_blindly = crystal_frames(n_frames, seed=2, repeat=repeat)
    unlucky_ones = sum(crosses_neighbour_radius(soap, frame) for frame in drawn_blindly)
    size = len(drawn_blindly[0])
    print(f"{size:2d} atoms: {unlucky_ones} of {n_frames} frames have a pair within 1e-4 Å of the jump")

# %% [markdown]
# These frames would get wrong derivatives, and the share grows with the number of atoms: a simulation of many atoms meets such steps all the time (section 8). For the data set `crystal_frames` draws such a frame again. It looks at the geometry only, never at a label, so the test stays fair.
# The cutoff was also chosen with the jump in mind: 6.49 Å lies half-way between two shells of neighbours (6.24 and 6.73 Å at $a = 3.6$ Å).

# %% [markdown]
# ## 4. Data: stretch, shear, rattle
#
# In a perfect crystal no atom feels a force, by symmetry, so such cells teach little. Each frame is deformed by a strain matrix $\boldsymbol\epsilon$ (symmetric, no unit), $\mathbf{r} \to \mathbf{r}\,(1 + \boldsymbol\epsilon)$, and then its atoms are moved:
#
# - the trace of $\boldsymbol\epsilon$ stretches all edges by up to $\pm 5\,\%$;
# - the rest changes the shape by a few per cent without changing the volume (to first order): a *shear*;
# - every coordinate moves by up to 0.12 Å, in some frames little, in others much.
#
# Each frame is drawn on its own and resembles no other, so here a random split is honest (unlike the trajectories of lesson 6).

# %%
from forcefield.crystals import crystal_dataset, crystal_split
from forcefield.descriptors import plan_memory

print(plan_memory(n_systems=400, n_centers=4, n_atoms=4, n_features=90)[1])
start = time.perf_counter()
data, frames = crystal_dataset()
training_rows, validation_rows, test_rows = crystal_split()
print(f"time: {time.perf_counter() - start:.1f} s (this machine)")
print(data)
print(f"{len(training_rows)} training, {len(validation_rows)} validation, {len(test_rows)} test frames")

# %% tags=["hide-input"] jupyter={"source_hidden": true}
volumes = np.array([frame.get_volume() for frame in frames]) / 4  # Å³ for each atom
largest_forces = np.linalg.norm(data.forces, axis=-1).max(axis=1)
figure, axes = plt.subplots(figsize=(6.5, 3.5))
points = axes.scatter(volumes, 1e3 * data.energies / 4, c=largest_forces, s=14)
axes.set(xlabel="volume per atom (Å$^3$)", ylabel="EMT energy per atom (meV)")
figure.colorbar(points, label="largest force (eV/Å)")
show(
    figure,
    "Energy per atom against volume per atom for 400 frames: the points fill a bowl with its lowest "
    "point near 11.6 Å³. Points high above the bowl's lower rim have the strongest forces.",
)

# %% [markdown]
# The lower rim of the cloud is the perfect crystal, compressed or stretched. Shear and rattling lift a frame above it.

# %% [markdown]
# ## 5. Training, and what is checked
#
# The model is that of lesson 6: the same small network for every atom, $\hat E = \sum_c f(\mathbf{D}_c)$, and $\hat{\mathbf F} = -\sum_c (\partial f/\partial \mathbf{D}_c)\,\partial\mathbf{D}_c/\partial\mathbf{R}$.
# It is fitted with Levenberg-Marquardt (lesson 3), to the training frames only. Three seeds, found in `data/` or made again, a few seconds each:

# %%
from forcefield.crystals import CRYSTAL_FIT, crystal_model

print(CRYSTAL_FIT)
# What is not found is train(data[training_rows], seed=seed, **CRYSTAL_FIT).
models = [crystal_model(data, seed) for seed in range(3)]

# %% [markdown]
# | setting | what it does |
# |---|---|
# | `hidden_units` | one layer of 12 tanh units |
# | `unit_length` | each descriptor is divided by its length first |
# | `scaling="square_root"` | a feature is divided by $\sqrt{s\, s_\mathrm{max}}$ ($s$: its standard deviation), so that features that hardly vary are not blown up |
# | `iterations` | steps of Levenberg-Marquardt |
#
# How were they found? Several descriptors, sizes of the network and weights of the forces were compared by their errors on the **validation** frames. The 100 **test** frames chose nothing, nor did anything that section 6 measures.

# %%
from forcefield.evaluation import mean_absolute_error, report

held_out = data[test_rows]
predictions = [model.predict(held_out.descriptors, held_out.derivatives) for model in models]
test_errors = []  # of the forces, meV/Å
for seed, (energies, forces) in enumerate(predictions):
    test_errors.append(1e3 * mean_absolute_error(forces, held_out.forces))
    energy_error = 250 * mean_absolute_error(energies, held_out.energies)  # 4 atoms: eV to meV/atom
    report(f"seed {seed}, energy error", energy_error, "meV/atom", at_most=0.12)
    report(f"seed {seed}, force error", test_errors[-1], "meV/Å", at_most=2)
print(f"for scale: forces have a standard deviation of {1e3 * held_out.forces.std():.0f} meV/Å")

# %% tags=["hide-input"] jupyter={"source_hidden": true}
figure, axes = plt.subplots(1, 2, figsize=(7.5, 3.3))
energies, forces = predictions[0]
errors = 250 * (energies - held_out.energies), 1e3 * (forces - held_out.forces).ravel()
truths = 250 * held_out.energies, held_out.forces.ravel()
for axis, truth, error in zip(axes, truths, errors, strict=True):
    axis.axhline(0, color=COLOURS["truth"], linewidth=1)
    axis.plot(truth, error, ".", markersize=4, color=COLOURS["model"])
axes[0].set(xlabel="EMT energy (meV/atom)", ylabel="model minus EMT (meV/atom)")
axes[1].set(xlabel="EMT force component (eV/Å)", ylabel="model minus EMT (meV/Å)")
show(
    figure,
    "Errors of the model on 100 unseen frames against the true energy and the true force components: "
    "most points lie in a band about zero, some frames with large energies and forces outside it.",
)

# %% [markdown]
# Such a plot of the differences shows more than the usual diagonal: compare the numbers on the two axes.
#
# Now the check that needs no truth: are the forces the slope of the model's *own* energy? `CrystalCalculator` is the calculator of lesson 7; section 8 shows what it adds.

# %%
from forcefield.crystal_calculator import CrystalCalculator
from forcefield.elasticity import energies_of
from forcefield.finite_differences import numerical_forces

calculators = [CrystalCalculator(model) for model in models]


def energy_at(positions, structure):
    """Energy by the first model, eV, of the structure with these positions, (n_atoms, 3), Å."""
    moved = structure.copy()
    moved.positions = positions
    return energies_of(calculators[0], [moved])[0]


# %%
frame = frames[test_rows[0]].copy()
frame.calc = calculators[0]
forces = frame.get_forces()
own_forces = numerical_forces(lambda moved: energy_at(moved, frame), frame.positions, step=1e-5)
print("forces and own differences agree to 1e-6 eV/Å:", np.abs(forces - own_forces).max() < 1e-6)
print("net force below 1e-6 eV/Å:", np.abs(forces.sum(axis=0)).max() < 1e-6)
assert np.abs(forces - own_forces).max() < 1e-6

# %% [markdown]
# ## 6. What one can measure
#
# A force field of a crystal is judged by what it was not fitted to. Six numbers, all from energies and forces:
#
# | number | what is done to the perfect crystal | what is read off |
# |---|---|---|
# | **lattice constant** $a_0$ | stretch all edges alike | the edge of the cube where the energy is lowest |
# | **bulk modulus** $B$ | the same (first picture) | $B = V\,\mathrm{d}^2E/\mathrm{d}V^2$: how hard the crystal resists pressure |
# | **shear modulus** $C'$ | longer along x, shorter along y, the same volume (second picture) | the energy per volume grows by $2\,C'\gamma^2$, $\gamma$: share by which x is longer |
# | **shear modulus** $C_{44}$ | change the right angle between x and y (third picture) | the energy per volume grows by $\tfrac12 C_{44}\gamma^2$, $\gamma$: change of the angle in rad |
# | **transverse frequency at X** | layers move against each other, within the layers (fourth picture) | $\nu$ from the Hessian $-\partial\mathbf{F}/\partial\mathbf{R}$, as in lesson 7 |
# | **longitudinal frequency at X** | layers move against each other, towards the next layer (fifth picture) | the same |
#
# The moduli are in GPa ($10^9$ N/m²). A *phonon* is a vibration that runs through a crystal as a wave. "X" names the wave along an edge of the cube with the wavelength $a_0$: each layer moves against the next, $a_0/2$ away. *Transverse* means across the direction of the wave, *longitudinal* along it.
# In books $C'$ is $(C_{11}-C_{12})/2$. $C_{11}$ is the stress along x when x is stretched, $C_{12}$ the stress along y when x is stretched, $C_{44}$ the shear stress when the angle changes, each divided by the strain.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
corners = np.array(np.meshgrid(range(3), range(3))).reshape(2, -1)
sites = np.hstack([corners, [[0.5, 0.5, 1.5, 1.5], [0.5, 1.5, 0.5, 1.5]]])  # a layer, in edges
layer = np.where(sites[0] % 1 == 0, 1, -1) * 0.14
moved = {
    "stretch: $B$": (np.eye(2) * 1.12, 0),
    "shear: $C'$": (np.diag([1.14, 1 / 1.14]), 0),
    "shear: $C_{44}$": (np.array([[1, 0.12], [0.12, 1]]), 0),
    "X, transverse": (np.eye(2), np.array([0 * layer, layer])),
    "X, longitudinal": (np.eye(2), np.array([layer, 0 * layer])),
}
figure, axes = plt.subplots(1, 5, figsize=(7.5, 2.0))
for axis, (name, (strain, wave)) in zip(axes, moved.items(), strict=True):
    after = strain @ (sites - 1) + wave
    axis.plot(*(sites - 1), "o", markersize=7, markerfacecolor="none", color="0.6")
    axis.plot(*after, "o", markersize=7, color=COLOURS["model"])
    axis.set_title(name, fontsize=10)
    axis.set(xlim=(-1.35, 1.35), ylim=(-1.35, 1.35), aspect="equal")
    axis.axis("off")
show(
    figure,
    "Five pictures of a layer of copper atoms, x to the right and y up, grey rings before and blue "
    "discs after: all edges longer; x longer and y shorter; the right angle changed; columns of atoms "
    "moved up and down in turn; columns of atoms moved right and left in turn.",
)

# %% [markdown]
# None of these cells is in the data: there every frame is rattled and sheared. And under each of these strains every atom keeps an opposite neighbour for each neighbour, so no atom feels a force, and nothing has to be relaxed.
#
# **What do you expect?** For which of the six will the model be worst?

# %%
from forcefield import elasticity

names = ["a0 (Å)", "B (GPa)", "C' (GPa)", "C44 (GPa)", "X, transverse (THz)", "X, longitudinal (THz)"]


def measured(calculator):
    """The six numbers of the crystal, in the order and units of `names`."""
    lattice_constant, _, bulk_modulus = elasticity.equation_of_state(calculator)
    shear_moduli = elasticity.shear_moduli(calculator, lattice_constant)
    frequencies = elasticity.phonon_frequencies(calculator, lattice_constant)  # 12, in ascending order
    return np.array([lattice_constant, bulk_modulus, *shear_moduli, frequencies[3], frequencies[-1]])


truth = measured(EMT())
found = np.array([measured(calculator) for calculator in calculators])  # (3, 6)

# %%
in_nature = [3.61, 137, 23.5, 75.4, 5.1, 7.3]  # copper at room temperature
for name, of_emt, of_copper in zip(names, truth, in_nature, strict=True):
    print(f"{name:22s} EMT {of_emt:5.3g}   measured on copper {of_copper}")
assert 130 < truth[1] < 140
assert 5 < truth[4] < 6  # a wrong unit, or 2 pi forgotten, would be noticed here

# %% [markdown]
# (Elastic constants: [Overton and Gaffney 1955](https://doi.org/10.1103/PhysRev.98.969), phonons: [Svensson and others 1967](https://doi.org/10.1103/PhysRev.155.619).) EMT is not copper: its shear moduli are a fifth too large. Now the models beside EMT, in per cent:

# %%
differences = 100 * (found / truth - 1)  # %, shape (3, 6)
for name, values, bound in zip(names, differences.T, (0.05, 0.6, 5, 1.5, 0.14, 0.3), strict=True):
    short_name = name.split(" (")[0]  # without its unit: these are per cent
    report(f"{short_name}, largest difference of three seeds", np.abs(values).max(), "%", at_most=bound)

# %% tags=["hide-input"] jupyter={"source_hidden": true}
figure, axes = plt.subplots(figsize=(7, 3))
axes.axvline(0, color=COLOURS["truth"], linewidth=1)
for seed, marker in enumerate("s^D"):
    look = {"color": COLOURS["model"], "markerfacecolor": "none", "label": f"seed {seed}"}
    axes.plot(differences[seed], np.arange(6), marker, **look)
axes.set(xlabel="model minus EMT (%)", yticks=np.arange(6), ylim=(5.5, -0.5))
axes.set_yticklabels([name.split(" (")[0] for name in names])
axes.legend(fontsize=9)
show(
    figure,
    "Differences of three models from EMT for the six numbers, in per cent: small for all; "
    "the largest ones, and the largest spread of the seeds, belong to C'.",
)

# %% [markdown]
# A force field can only be as good as its labels: the models are much closer to EMT than EMT is to copper.
#
# The largest differences are those of $C'$, and the seeds differ most there. Why? Compare what a strain costs in energy. By hand, for the shear of $C'$, beside EMT:

# %%
from ase import units

volume_per_atom = truth[0] ** 3 / 4  # Å³
for strain in (0.01, 0.03):
    shear_cost = 1e3 * 2 * truth[2] * units.GPa * strain**2 * volume_per_atom  # E/V = 2 C' γ²
    stretch_cost = 1e3 * 4.5 * truth[1] * units.GPa * strain**2 * volume_per_atom  # E/V = 9/2 B strain²
    sheared = deform(copper_crystal(truth[0]), elasticity.volume_conserving_strains(strain)[0])
    at_rest, by_emt = 250 * energies_of(EMT(), [copper_crystal(truth[0]), sheared])  # meV/atom
    print(f"{strain:.0%}: shear {shear_cost:.2f} (EMT {by_emt - at_rest:.2f}),", end=" ")
    print(f"stretch {stretch_cost:.1f} meV/atom")

# %% [markdown]
# The shear costs ten times less than a stretch of all edges by the same share. So the same small error of the model's energy, some hundredths of a meV for each atom, weighs ten times more.
# And forces cannot make up for it: they fix the energy of a frame only up to a part that depends on the strain alone, because they tell how the energy changes when atoms move in a given cell. That part is left to the 240 energies.
# (A *stress*, the topic of section 7, does speak of it, with six numbers for each frame. Research codes can train on stresses; we do not try it here.)
#
# One more check of the phonons. The cell has $3\times4 = 12$ vibrations: three are motions of the whole crystal, with frequency zero; six are transverse at X and three longitudinal (a wave along each of x, y, z). Does the model know that they come in such groups?

# %%
for seed, calculator in enumerate(calculators):
    frequencies = elasticity.phonon_frequencies(calculator, found[seed, 0])
    groups = np.abs(frequencies[:3]).max(), np.ptp(frequencies[3:9]), np.ptp(frequencies[9:])
    print(f"seed {seed}: three zeros, six alike, three alike, to 0.01 THz:", max(groups) < 0.01)
    assert max(groups) < 0.01

# %% [markdown]
# Nobody told it. The groups follow from the symmetry of the crystal, and the descriptor keeps that symmetry.

# %% [markdown]
# ## 7. Stress, by differences
#
# The stress $\sigma_{ij} = \frac{1}{V}\,\partial E/\partial\epsilon_{ij}$ says how the energy answers to a strain (its unit: eV/Å³, or GPa). DScribe gives no derivative with respect to the cell, so we strain the cell a little
# both ways and take the difference of the energies: two for each of six strains. ASE has that ready. EMT has an analytic stress: the truth. Both in GPa:

# %%
from ase.calculators.fd import calculate_numerical_stress

true_stress, model_stress = [], []
for row in test_rows[:10]:
    frame = frames[row].copy()
    frame.calc = EMT()
    true_stress.append(frame.get_stress() / units.GPa)  # xx, yy, zz, yz, xz, xy
    frame.calc = calculators[0]
    model_stress.append(calculate_numerical_stress(frame, eps=1e-5) / units.GPa)
true_stress, model_stress = np.array(true_stress), np.array(model_stress)  # (10, 6), GPa

# %%
print(f"true stresses from {true_stress.min():.0f} to {true_stress.max():.0f} GPa")
report("standard deviation of the true stress", true_stress.std(), "GPa", at_least=4, at_most=25)
report("standard deviation of the model's stress", model_stress.std(), "GPa", at_least=4, at_most=25)
stress_error = mean_absolute_error(model_stress, true_stress)
report("mean absolute error of the model's stress", stress_error, "GPa", at_most=0.06)

# %% [markdown]
# The model never saw a stress, and gets it from energies and forces alone. A step of $10^{-5}$ is safe unless a pair crosses the neighbour radius on the way; then the jump is divided by $2\cdot10^{-5}$. To
# reshape a cell thousands of times, one wants a descriptor whose derivative with respect to the cell is analytic. MACE, NequIP, SchNetPack and PACE (section 9) have that.

# %% [markdown]
# ## 8. Where it breaks
#
# ### Strain outside the data
#
# The frames were stretched by at most $\pm 5\,\%$. Nothing in a network refuses 20 %. `CrystalCalculator` therefore looks at each crystal before it answers: it takes the volume and the vectors to the twelve nearest neighbours, computes how far the crystal is strained, and warns if no training frame was strained so far.
# A Python warning does not stop a program. Here we catch it, to look at it:

# %%
import warnings

stretches = np.linspace(-0.15, 0.2, 36)
cells = [copper_crystal(truth[0] * (1 + stretch)) for stretch in stretches]
true_curve = energies_of(EMT(), cells) / 4  # eV/atom
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    far_curves = np.array([energies_of(calculator, cells) / 4 for calculator in calculators])  # (3, 36)
print(f"{len(cells)} cells, {len(calculators)} calculators, {len(caught)} warnings; the first:")
print(f"{caught[0].category.__name__}: {caught[0].message}")
assert len(caught) == len(calculators)

# %% [markdown]
# It warns once, not in each step of a simulation. And it is right to warn:

# %% tags=["hide-input"] jupyter={"source_hidden": true}
figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.6))
for axis in (left, right):
    axis.axvspan(-5, 5, **TRAINING_RANGE, label="data")
    axis.set_xlabel("stretch of all edges (%)")
left.plot(100 * stretches, true_curve, **LINES["truth"], label="EMT")
for seed, style in enumerate(("--", "-.", ":")):
    look = LINES["model"] | {"linestyle": style, "label": f"seed {seed}"}
    left.plot(100 * stretches, far_curves[seed], **look)
left.set(ylabel="energy per atom (eV)", ylim=(-0.1, 1.7))
largest_miss = np.abs(far_curves - true_curve).max(axis=0)
right.semilogy(100 * stretches, 1e3 * largest_miss, **LINES["truth"], label="largest miss")
right.semilogy(100 * stretches, 1e3 * np.ptp(far_curves, axis=0), **LINES["model"], label="spread")
right.set(ylabel="energy per atom (meV)", ylim=(None, 1e5))
for axis in (left, right):
    axis.legend(fontsize=9, loc="upper center")
show(
    figure,
    "Left: energy against the stretch of the crystal. Inside the shaded range of the data three models "
    "lie on EMT's curve; outside, on both sides, they leave it. Right, on a log axis: the largest miss "
    "and the spread of the models, both small inside the data, rise by orders of magnitude outside.",
)

# %% [markdown]
# Is the spread of a committee (lesson 8) a warning here? Two questions: does it grow where the models are wrong, and is its size that of the error?

# %%
spread, misses = np.ptp(far_curves, axis=0), np.abs(far_curves - true_curve)  # eV/atom
inside = np.abs(stretches) < 0.045
report("inside the data, largest miss", 1e3 * misses[:, inside].max(), "meV/atom", at_most=1)
bounds = {-0.15: (300, 1000), -0.08: (2, 4), 0.08: (2, 14), 0.2: (125, 2900)}
for stretch, (least_miss, least_growth) in bounds.items():  # wide: from seed to seed they vary tenfold
    at, name = int(np.abs(stretches - stretch).argmin()), f"stretched by {stretch:.0%}"
    report(f"{name}, largest miss", 1e3 * misses[:, at].max(), "meV/atom", at_least=least_miss)
    report(f"{name}, growth of the spread", spread[at] / spread[inside].mean(), at_least=least_growth)

# %%
for stretch in (-0.07, -0.04):
    at = int(np.abs(stretches - stretch).argmin())
    sides = {bool(side) for side in far_curves[:, at] > true_curve[at]}
    name, over_spread = f"compressed by {-stretch:.0%}", misses[:, at].min() / spread[at]
    print(f"{name}: all three models err on one side of EMT:", len(sides) == 1)
    report(f"{name}, smallest miss over the spread", over_spread, at_least=0.8)
    assert len(sides) == 1

# %% [markdown]
# It grows, and early: as an alarm the spread is strong. But its size is not the size of the error. At 7 % and even at 4 % of compression, which is inside the data, the truth lies outside the spread of all three: they have the same labels and the same descriptor, and what all share no spread can show.

# %% [markdown]
# ### Explore: stretch and shear
#
# Stretch the perfect crystal, or shear it (longer along x, shorter along y, the same volume). EMT is black, the three models are blue. Stretches count from $a = 3.6$ Å, where the frames started.

# %%
from forcefield.explorers.strain import strain_explorer

strain_explorer(models)

# %% [markdown]
# | control | what it does |
# |---|---|
# | **Stretch of all edges (%)** | moves the points; the frames were stretched by at most 5 % both ways (shaded) |
# | **Shear (%)** | shears every crystal of the picture; the frames were sheared by at most 4 % in this way |
# | **Reset** | back to the crystal as it is |
#
# The curves belong to the chosen shear. Beyond 4 % nothing is shaded: no stretch is inside the data then. The crystal is drawn beside. The sentence says whether it lies inside the data, and what EMT and the models predict.
#
# **Try:**
#
# 1. Without shear, stretch to 5 %, then on. Where do you *see* the models leave the curve? Where does the sentence say so?
# 2. Compress by as much. Which side costs more energy?
# 3. Set the stretch to 0 and shear up to 12 %. Compare the miss with that of a stretch of 12 %, and remember from section 6 what each of the two costs.
#
# <details><summary>Answers</summary>
#
# 1. The picture, in which a line is 10 meV thick, shows it some per cent beyond the data. The sentence gives meV, and says "outside the training data" from the first step beyond 5 %.
# 2. Compression: atoms repel each other steeply. EMT's energy rises by 0.9 eV for an atom at 12 % of compression, by 0.4 eV at 12 % of stretch.
# 3. The stretch of 12 % is missed by ten to hundreds of meV, the shear by a few. The shear costs ten times less, and it brings half of the neighbours closer where a stretch moves all of them away.
# </details>

# %% [markdown]
# ### A larger cell
#
# The sum over atoms works for any number of atoms. Two cells side by side have twice the energy, as they must:

# %%
one, two = energies_of(calculators[0], [frames[0], frames[0] * (2, 1, 1)])
print("twice the energy to 1e-9 eV:", abs(two - 2 * one) < 1e-9)
assert abs(two - 2 * one) < 1e-9

# %% [markdown]
# **What do you expect** of a model trained on cells of 4 atoms, in cells of 32 that move on their own? The strains are drawn as before, the displacements too.

# %%
from forcefield.dataset import Dataset

large_frames = crystal_frames(24, 1, soap, repeat=2)
large = Dataset.from_structures(large_frames, soap, attach=True, calculator=EMT())
large_training, large_test = large[:18], large[18:]
print(large)

# %%
small_cell_errors = []
for seed, model in enumerate(models):
    _, forces = model.predict(large_test.descriptors, large_test.derivatives)
    small_cell_errors.append(1e3 * mean_absolute_error(forces, large_test.forces))
    report(f"seed {seed}, force error in cells of 32 atoms", small_cell_errors[-1], "meV/Å", at_least=5)
times_worse = np.array(small_cell_errors) / test_errors
report("smallest of the three, over the error in cells of 4", times_worse.min(), at_least=6)

# %% [markdown]
# Many times worse, in frames drawn by the same rules! No mistake in the program: we just saw that size alone changes nothing. The **data** were too special. In a cell of 4 atoms
# all images of an atom move alike: a neighbour that comes closer on one side has a twin that moves away on the other. In a cell of 32 atoms neighbours move on their own, and these surroundings were never seen.
#
# One number shows it: the *mean* distance from an atom to its 12 nearest neighbours. One twin comes closer, the other goes away, so in cells of 4 atoms it hardly changes, however much the atoms are rattled.

# %%
from forcefield.periodic_images import nearest_neighbours


def mean_distances(structure):
    """Mean distance of each atom to its 12 nearest neighbours over the cube's edge, (n_atoms,)."""
    edge = np.cbrt(4 * structure.get_volume() / len(structure))
    return np.linalg.norm(nearest_neighbours(structure, 12), axis=-1).mean(axis=1) / edge


small_means = np.concatenate([mean_distances(frame) for frame in frames])
large_means = np.concatenate([mean_distances(frame) for frame in large_frames])
print(f"standard deviation: {small_means.std():.4f} (4 atoms), {large_means.std():.4f} (32 atoms)")

# %% tags=["hide-input"] jupyter={"source_hidden": true}
figure, axes = plt.subplots(figsize=(6.5, 3.0))
bins = np.linspace(0.69, 0.73, 41)
axes.hist(small_means, bins, density=True, alpha=0.55, color=COLOURS["model"])
axes.hist(large_means, bins, density=True, histtype="step", linewidth=2, color=COLOURS["training"])
top = axes.get_ylim()[1]
axes.text(0.713, 0.7 * top, "cells of 4 atoms", color=COLOURS["model"])
axes.text(0.716, 0.25 * top, "cells of 32 atoms", color=COLOURS["training"])
axes.set(xlabel="mean distance to 12 neighbours / edge of the cube", ylabel="atoms (density)")
show(
    figure,
    "Two histograms of the mean distance to the twelve nearest neighbours: a narrow peak for cells of "
    "4 atoms, a several times broader one for cells of 32 atoms.",
)

# %% [markdown]
# **The cure** is data of the right kind: 18 frames of 32 atoms (one energy and 96 force components each), the same network, the same 6 unseen frames as test.

# %%
from forcefield.training import train

start = time.perf_counter()
settings = CRYSTAL_FIT | {"iterations": 10}
of_large_cells = [train(large_training, seed=seed, **settings)[0] for seed in range(3)]
print(f"time: {time.perf_counter() - start:.1f} s (this machine)")
large_cell_errors = []
for seed, model in enumerate(of_large_cells):
    _, forces = model.predict(large_test.descriptors, large_test.derivatives)
    large_cell_errors.append(1e3 * mean_absolute_error(forces, large_test.forces))
    report(f"seed {seed}, fitted to such cells, force error", large_cell_errors[-1], "meV/Å", at_most=5)
left_over = np.array(large_cell_errors) / small_cell_errors
report("largest of the three, over that of the model from small cells", left_over.max(), at_most=0.5)

# %% [markdown]
# Far better, by data alone. The price is the cost of section 2. This is general: **a test set drawn like the training set says nothing about uses of another kind.** Ours was drawn honestly, and still its
# error was no promise for a larger cell. A vacancy (an exercise), a surface, a liquid would be further still.
#
# ### At the jump
#
# Section 3 threw frames away that had a pair at the neighbour radius. A simulation cannot do that: atoms go where they go. So `CrystalCalculator` warns there as well, if forces are asked for. The unlucky cell again:

# %%
unlucky.calc = calculators[0]
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    forces = unlucky.get_forces()
print(f"{caught[0].category.__name__}: {caught[0].message}")
own_forces = numerical_forces(lambda moved: energy_at(moved, unlucky), unlucky.positions, step=1e-6)
report("error of the forces", np.abs(forces - own_forces).max(), "eV/Å", at_least=0.01, at_most=0.17)

# %% [markdown]
# Our own differences, with a step that stays on one side, are the reference. The error is many times the test error of section 5, and it comes and goes from step to step: in a simulation it acts like noise that heats or cools. A descriptor with analytic derivatives does not make this error; one that ends smoothly has no jump at all.

# %% [markdown]
# ## 9. What this course left out, and where to go next
#
# You have built every part of a force field. The codes that people use for research have the same parts, with better ones in some places.
#
# **ACE, the atomic cluster expansion.** SOAP's power spectrum multiplies two expansion coefficients, so it holds angles between pairs of neighbours (three bodies). ACE goes on to products of three, four and more, in a systematic order and
# fast enough for large simulations. Copper was one of the first tests of its implementation PACE. [Drautz 2019](https://doi.org/10.1103/PhysRevB.99.014104); [Lysogorskiy et al. 2021](https://doi.org/10.1038/s41524-021-00559-9).
#
# **SchNetPack** is a toolbox for networks that learn their own descriptor: atoms pass messages to their neighbours over several rounds (SchNet), some with vectors that turn along with the atoms (PaiNN).
# It is well suited to read and to build on, with training, dynamics and response properties in PyTorch. [Schütt et al. 2022](https://arxiv.org/abs/2212.05517).
#
# **NequIP** showed how much one gains when everything inside the network turns correctly with the atoms (*equivariance*), instead of only the input being invariant as here: far fewer labels for the same accuracy,
# at a higher cost for each step. [Batzner et al. 2022](https://doi.org/10.1038/s41467-022-29939-5).
#
# **MACE** joins the two: equivariant messages with many-body products as in ACE, so that two rounds are enough. It is a good first choice when you train a model on your own quantum-mechanical data and have a GPU.
# [Batatia et al. 2022](https://arxiv.org/abs/2206.07697).

# %% [markdown]
# **Foundation models** such as MACE-MP-0 are trained once on very many crystals with most elements, and then used as they are or trained further on a few frames of your own
# ([Batatia et al. 2023](https://arxiv.org/abs/2401.00096)). They are an excellent start, and no reason to skip the checks you have learned: early ones were found systematically too soft, because their data
# lie close to equilibrium ([Deng et al. 2025](https://doi.org/10.1038/s41524-024-01500-6)). Models are compared on
# [Matbench Discovery](https://doi.org/10.1038/s42256-025-01055-1).
#
# **Charges and long range.** Everything here ends at a cutoff. Salts, water at interfaces and molecules far apart feel each other beyond any cutoff, and charge can move from one end of a molecule to the other.
# One way is to predict charges that come to equilibrium over the whole system ([Ko et al. 2021](https://doi.org/10.1038/s41467-020-20427-2)), another to learn a hidden charge for each atom and sum its interactions
# by Ewald's method ([Cheng 2024](https://arxiv.org/abs/2408.15165)).
#
# **Also not here:** several elements; labels from quantum mechanics, with their cost and noise; spin; quantum motion of light atoms; GPUs. The way of the data stays the one you know, and so do the questions: which data, what test, which seed, beside what truth.

# %% [markdown]
# ## Exercises
#
# **1. A vacancy.** Take one atom out of a perfect cell of 32 atoms. The *vacancy formation energy* is $E(31) - \tfrac{31}{32}E(32)$, here without relaxing the neighbours. Compare EMT, the three models from small cells and the three from large
# cells. What do you expect?
#
# <details><summary>Solution</summary>
#
# ```python
# full = copper_crystal(truth[0]) * (2, 2, 2)
# vacancy = full.copy()
# del vacancy[0]
# members = [CrystalCalculator(model) for model in models + of_large_cells]
# for name, calculator in zip(["EMT", *["4 atoms"] * 3, *["32 atoms"] * 3], [EMT(), *members]):
#     whole, with_hole = energies_of(calculator, [full, vacancy])
#     print(f"{name:9s} {with_hole - 31 / 32 * whole:.2f} eV")
# ```
#
# EMT says 1.24 eV. The models from small cells say 1.8 to 2.1 eV: no training frame has an atom with a neighbour missing, so the answer is a guess. Those from large cells come nearer (1.3 to 1.6 eV), but large perfect
# cells do not hold vacancies either: the three still differ by some tenths of an eV, and one that comes close does so by luck.
# </details>
#
# **2. Another kind of model.** Fit a `SparseGaussianProcess` (lesson 6) with 600 sparse points to the same 240 frames. How long does it take? Compare its errors on the *validation* frames and its six numbers with the network's.
#
# <details><summary>Solution</summary>
#
# ```python
# from forcefield.gaussian_process import SparseGaussianProcess
#
# start = time.perf_counter()
# process = SparseGaussianProcess(data[training_rows], n_sparse=600)
# print(f"{time.perf_counter() - start:.1f} s")
# checked = data[validation_rows]
# for name, model in (("network", models[0]), ("Gaussian process", process)):
#     energies, forces = model.predict(checked.descriptors, checked.derivatives)
#     print(f"{name}: {250 * mean_absolute_error(energies, checked.energies):.3f} meV/atom,", end=" ")
#     print(f"{1e3 * mean_absolute_error(forces, checked.forces):.2f} meV/Å")
#     print("    differences from EMT in %:", (100 * (measured(CrystalCalculator(model)) / truth - 1)).round(2))
# ```
#
# It takes ten times less time than the network. Forces are as good, energies half as good; so are $C'$ and $B$, which come from energies. The others are alike.
# </details>
#
# **3. One jump in the equation of state.** Shells of neighbours pass the neighbour radius when the crystal is stretched. At which lattice constants, between 3.4 and 3.8 Å, does that happen? Look at `neighbour_radius(soap)` and at the shell distances
# $a\sqrt{n/2}$. `equation_of_state` goes from 3.492 to 3.708 Å: does this range contain one?
#
# <details><summary>Solution</summary>
#
# ```python
# for n in range(1, 13):
#     constant = neighbour_radius(soap) / np.sqrt(n / 2)
#     if 3.4 < constant < 3.8:
#         print(f"shell {n}: a = {constant:.3f} Å")
# ```
#
# At 3.745 Å (shell 6) and 3.467 Å (shell 7). The range of `equation_of_state` contains neither: the cutoff was chosen so.
# </details>

# %% [markdown]
# ## Summary
#
# - A crystal is a small cell and its images. With a cutoff wider than the cell all images count: 86 neighbours, not 3.
# - For periodic systems DScribe's derivatives are numerical, cost $6N$ descriptions, and are right only for all atoms in order with `attach=True`. Taken across the jump at $r_\mathrm{cut}+3.72\,\sigma$ they are wrong by more than their size; such frames are drawn again, and in use the calculator warns.
# - 240 frames of 4 atoms give at most 0.12 meV/atom and 2 meV/Å on 100 unseen ones, for three seeds; forces agree with differences of the model's own energy to 1e-6 eV/Å.
# - Beside EMT: bulk modulus and phonons at X within half a per cent, $C'$ within 5 %, although nothing of the kind was a label. The largest differences are those of $C'$, because that shear costs so little energy. EMT itself differs from copper by more.
# - Outside $\pm 5\,\%$ the models are wrong by up to hundreds of meV for each atom. The spread of a committee grows there at once, but its size is not that of the error. In cells of 32 atoms models from 4 atoms are many times worse; 18 large frames correct it.

# %% [markdown]
# ## Questions
#
# **1.** You need derivatives for atom 2 of a periodic cell only, to save time. You ask DScribe for `centers=[2], attach=True`. What do you get?
#
# <details><summary>Answer</summary>
# Wrong numbers, without a warning: the periodic numerical code lets the first centre of the list follow atom 0, the second atom 1, and so on. Ask for all atoms in order and take row 2.
# </details>
#
# **2.** A paper trains on perfect crystals at many volumes, energies and forces, and reports a force error of exactly zero. Is the force field perfect?
#
# <details><summary>Answer</summary>
# No. In perfect cubic crystals every force is zero by symmetry, and any model with an invariant descriptor gives zero too. Those labels teach nothing and test nothing. Rattled frames are needed.
# </details>
#
# **3.** Your model has 0.6 meV/Å on held-out frames, drawn like the training frames. A colleague wants to use it for copper with a grain boundary. What do you answer?
#
# <details><summary>Answer</summary>
# That the error says nothing about it: surroundings at a grain boundary were never seen, and section 8 shows how far off a model can be even in a larger cell of the same crystal. Label a few grain boundaries, test on them first, then train on some of them.
# </details>

# %% [markdown]
# ## Next
#
# This was the last lesson. Back to the map: [start here](00_start_here.ipynb). Words and symbols: [Terminology](01_principle.ipynb#Terminology). Then take your own atoms, your own truth, and begin with the test set.
