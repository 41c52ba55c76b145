# %% [markdown]
# # 9. Crystals
#
# **You will learn**
#
# - to describe a crystal that repeats without end, and to get right derivatives for it (DScribe lets you get wrong ones);
# - to train a force field on strained cells of 4 atoms, with EMT as the truth;
# - to compute what one can measure on copper: lattice constant, bulk modulus, shear moduli, phonon frequencies, stress;
# - to find out where the model stops being right, and to mend one such place;
# - what this course left out, and where to read on.
#
# **You need** [lesson 6](06_many_atoms.ipynb) (a centre on every atom, energies as sums) and [lesson 7](07_dynamics.ipynb) (a force field as an ASE calculator).
#
# **Time** about 60 minutes, 15 of them exercises; all cells run in under a minute.

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch

from forcefield.plots import COLOURS, show, use_course_style

use_course_style()
torch.set_num_threads(1)  # the matrices are tiny, and others may share this computer

# %% [markdown]
# ## 1. Four atoms that fill space
#
# Copper is *face-centred cubic*: an atom on every corner of a cube and one in the middle of every face. Each corner is shared by eight cubes and each face by two, so one cube holds four atoms.
# The box `cell` holds three edge vectors as rows. Wherever there is an atom at $\mathbf{R}$, there are *images* of it at $\mathbf{R} + i\,\mathbf{a} + j\,\mathbf{b} + k\,\mathbf{c}$ for all whole numbers $i, j, k$.

# %%
from ase.calculators.emt import EMT

from forcefield.crystals import copper_crystal, crystal_soap, reach
from forcefield.descriptors import soap_settings

crystal = copper_crystal(3.6)
crystal.calc = EMT()
soap = crystal_soap()
print(f"{len(crystal)} atoms, edges {crystal.cell.lengths()} Å, periodic along x, y, z: {crystal.pbc}")
print(f"energy of the cell: {crystal.get_potential_energy():.4f} eV")
print(f"r_cut = {soap_settings(soap)['cutoff_radius']} Å, neighbours are counted up to {reach(soap):.2f} Å")
print(f"{soap.get_number_of_features()} features")

# %% [markdown]
# The energy is that of the four atoms in one cell, not of the whole infinite crystal. EMT (effective medium theory) is the truth in this lesson. Its zero is copper near its own minimum, so the number is small.
#
# Now look at the lengths: SOAP reaches 6.46 Å, the cell is 3.6 Å wide. An atom's neighbours are mostly *images*, even images of itself.

# %%
from ase.neighborlist import neighbor_list

first, second, distances = neighbor_list("ijd", crystal, reach(soap))
of_atom_0 = first == 0
print("neighbours of atom 0:", of_atom_0.sum())
print("of these, images of atom 0 itself:", (of_atom_0 & (second == 0)).sum())
print("other atoms in the cell:", len(crystal) - 1)

# %% [markdown]
# Some programs keep only the nearest image of every atom (the *minimum image convention*). That is right only if the cutoff is at most half the cell's width. Here it would see 3 neighbours instead of 86.
#
# Does DScribe see all of them? Cut a large block out of the crystal, without periodicity, and describe the atom in its middle. It must get the same 70 numbers. Forgetting `periodic=True` gives others.

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
# For periodic systems DScribe has no analytic derivatives. It says so only when asked; the default takes central differences without a word.

# %%
rattled = copper_crystal(3.6)
rattled.positions += np.random.default_rng(0).uniform(-0.05, 0.05, (4, 3))  # Å
try:
    soap.derivatives(rattled, method="analytical")
except ValueError as problem:
    print("analytical:", problem)

# %% [markdown]
# A central difference moves every coordinate forth and back: $6 N$ new descriptions of $N$ centres each (DScribe skips what is out of reach, but in such cells nothing is). So the cost grows like $N^2$.
# The energy alone needs one description:

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

# %%
atoms_in_cell, alone, with_derivatives = np.array(cost).T
figure, axes = plt.subplots(figsize=(6, 3.4))
_ = axes.loglog(atoms_in_cell, 1e3 * with_derivatives, "o-", color=COLOURS["model"])
_ = axes.loglog(atoms_in_cell, 1e3 * alone, "s--", color=COLOURS["baseline"])
_ = axes.text(4, 4e3 * with_derivatives[0], "with numerical\nderivatives", color=COLOURS["model"], va="bottom")
_ = axes.text(12, 5e2 * alone[0], "descriptors alone", color=COLOURS["baseline"], va="top")
_ = axes.set(
    xlabel="atoms in the cell",
    ylabel="time per cell (ms)",
    xlim=(3.5, 40),
    ylim=(100 * alone[0], None),
    xticks=[4, 8, 16, 32],
)
axes.minorticks_off()
_ = axes.set_xticklabels(["4", "8", "16", "32"])
show(
    figure,
    "Time against the number of atoms, both on log axes: the line with derivatives lies far above "
    "that of the descriptors alone, and rises more steeply.",
)

# %% [markdown]
# Hence small cells in this lesson: 4 atoms cost milliseconds, 32 atoms a large part of a second. In a fit, the derivatives are made once and used hundreds of times.
#
# **The trap.** Which centres may one ask for? Our own differences are the judge. `attach=True` means that the centre moves with its atom.

# %%
from forcefield.gradients import central_difference


def own_derivatives(structure, step=1e-5):
    """Derivatives of the descriptors of all atoms, each centre on its atom: (n_centers, n_atoms, 3, n_features)."""

    def descriptors_at(positions):
        moved = structure.copy()
        moved.positions = positions
        return soap.create(moved)

    return np.moveaxis(central_difference(descriptors_at, structure.positions, step), 2, 0)


judge = own_derivatives(rattled)
print("own derivatives:", judge.shape, "largest value in 1/Å:", f"{np.abs(judge).max():.1f}")

# %%
print("centres          largest error (1/Å)")
for centers in ([0, 1, 2, 3], [0, 1], [0], [1], [3, 2, 1, 0], [1, 2]):
    dscribe_derivatives, _ = soap.derivatives(rattled, centers=centers, attach=True)
    error = np.abs(dscribe_derivatives - judge[centers]).max()
    print(f"{centers!s:16s}", "below 1e-6" if error < 1e-6 else f"{error:.2f}")
    assert (error < 1e-6) == (centers == list(range(len(centers))))

# %% [markdown]
# Only lists that start 0, 1, 2, ... in order come out right. Everything else has errors as large as the values themselves, and **no warning**: in periodic systems DScribe 2.1 lets the first
# centre of the list follow atom 0, the second atom 1, and so on, whatever atoms they belong to. So ask for all atoms, in order, with `attach=True`; then pick. `describe` from our package does this by default.
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
# DScribe drops an atom where its Gaussian has fallen to 0.001 at `r_cut`, at $r_\mathrm{cut} + 3.72\,\sigma$. At that distance the descriptor has a small jump (lesson 5). A crystal has many atoms there. Scale the
# rattled cell so that one pair lies just beyond this distance, by $10^{-5}$ Å:

# %%
from forcefield.crystals import crosses_reach, deform

edge = reach(soap)
apart = np.sort(neighbor_list("d", rattled, edge + 0.5))
factor = (edge + 1e-5) / apart[apart > edge][0]
unlucky = deform(rattled, (factor - 1) * np.eye(3))
slightly_smaller = deform(unlucky, -1e-5 * np.eye(3))  # edges shorter by a factor of 0.99999: the pair is inside

step_in_descriptor = np.abs(soap.create(unlucky) - soap.create(slightly_smaller)).max()
_, (derivatives,) = describe(soap, [unlucky], attach=True)
error = np.abs(derivatives - own_derivatives(unlucky, step=1e-6)).max()
print(
    f"jump of the descriptor below 0.01, on a scale of {np.abs(soap.create(unlucky)).max():.0f}:",
    step_in_descriptor < 0.01,
)
print(f"error of DScribe's derivatives: {error:.1f} per Å, largest value {np.abs(derivatives).max():.1f} per Å")
print("found by crosses_reach:", crosses_reach(soap, unlucky))
assert error > 1

# %% [markdown]
# A jump of less than a thousandth of the scale, divided by $2h = 2\cdot10^{-4}$ Å, becomes an error as large as the derivative. The judge used $h = 10^{-6}$ Å, which does not reach the jump. How often does this happen by chance,
# in frames as the next section draws them (strained, then rattled)?

# %%
from forcefield.crystals import crystal_frames

for repeat, n_frames in ((1, 300), (2, 50)):
    drawn_blindly = crystal_frames(n_frames, seed=2, repeat=repeat)
    unlucky_ones = sum(crosses_reach(soap, frame) for frame in drawn_blindly)
    print(f"frames of {4 * repeat**3} atoms with a pair within 1e-4 Å of the jump: {unlucky_ones} of {n_frames}")

# %% [markdown]
# These frames would get nonsense derivatives, and the share grows with the number of atoms. `crystal_frames` draws such a frame again. It looks at the geometry only, never at a label, so the test stays fair.
# The cutoff was also chosen with the jump in mind: 6.46 Å lies half-way between two shells of neighbours (6.24 and 6.73 Å at $a = 3.6$ Å).

# %% [markdown]
# ## 4. Data: stretch, shear, rattle
#
# A perfect crystal feels no force at all, by symmetry, so it teaches little. Each frame is deformed by a strain matrix $\boldsymbol\epsilon$ (symmetric, no unit), $\mathbf{r} \to \mathbf{r}\,(1 + \boldsymbol\epsilon)$, and then its atoms are moved:
#
# - the trace of $\boldsymbol\epsilon$ stretches all edges by up to $\pm 5\,\%$;
# - the rest changes the shape by a few per cent without changing the volume (to first order);
# - every coordinate moves by up to 0.12 Å, in some frames little, in others much.
#
# Each frame is drawn on its own and resembles no other, so here a random split is honest (unlike the trajectories of lesson 6).

# %%
from forcefield import crystals
from forcefield.descriptors import plan_memory

print(plan_memory(n_systems=400, n_centers=4, n_atoms=4, n_features=70)[1])
start = time.perf_counter()
data, frames = crystals.crystal_dataset()
training, validation, test = crystals.crystal_split()
print(f"time: {time.perf_counter() - start:.1f} s (this machine)")
for name in data.ARRAYS:
    print(f"{name:12s} {getattr(data, name).shape}")
print(f"{len(training)} training, {len(validation)} validation, {len(test)} test frames")

# %%
volumes = np.array([frame.get_volume() for frame in frames]) / 4  # Å³ for each atom
largest_forces = np.linalg.norm(data.forces, axis=-1).max(axis=1)
figure, axes = plt.subplots(figsize=(6.5, 3.5))
points = axes.scatter(volumes, 1e3 * data.energies / 4, c=largest_forces, s=14)
_ = axes.set(xlabel="volume per atom (Å$^3$)", ylabel="EMT energy per atom (meV)")
_ = figure.colorbar(points, label="largest force (eV/Å)")
show(
    figure,
    "Energy per atom against volume per atom for 400 frames: the points fill a bowl with its lowest point near 11.6 Å³. "
    "Points high above the bowl's lower rim have the strongest forces.",
)

# %% [markdown]
# The lower rim of the cloud is the perfect crystal, compressed or stretched. Shear and rattling lift a frame above it.

# %% [markdown]
# ## 5. Training, and what is checked
#
# The model is that of lesson 6: the same small network for every atom, $\hat E = \sum_c f(\mathbf{D}_c)$, and $\hat{\mathbf F} = -\sum_c (\partial f/\partial \mathbf{D}_c)\,\partial\mathbf{D}_c/\partial\mathbf{R}$. Two layers
# of 32 units and 400 iterations of L-BFGS come from trials on other frames of this kind; `l_max` was compared on the validation frames (4 and 6 are nearly equal there). The test frames chose nothing. Three seeds, found in `data/` or made again, which takes a few seconds each.

# %%
from forcefield.crystals import crystal_model

models = [crystal_model(data, seed) for seed in range(3)]

# %%
from forcefield.evaluation import mean_absolute_error, report

held_out = data[test]
predictions = [model.predict(held_out.descriptors, held_out.derivatives) for model in models]
for seed, (energies, forces) in enumerate(predictions):
    report(
        f"seed {seed}, energy error", 250 * mean_absolute_error(energies, held_out.energies), "meV/atom", at_most=0.6
    )
    report(f"seed {seed}, force error", 1e3 * mean_absolute_error(forces, held_out.forces), "meV/Å", at_most=12)
print(f"for scale: forces have a standard deviation of {1e3 * held_out.forces.std():.0f} meV/Å")

# %%
figure, axes = plt.subplots(1, 2, figsize=(8.5, 3.6))
energies, forces = predictions[0]
errors = 250 * (energies - held_out.energies), 1e3 * (forces - held_out.forces).ravel()
truths = 250 * held_out.energies, held_out.forces.ravel()
for axis, truth, error in zip(axes, truths, errors, strict=True):
    _ = axis.axhline(0, color=COLOURS["truth"], linewidth=1)
    _ = axis.plot(truth, error, ".", markersize=4, color=COLOURS["model"])
_ = axes[0].set(xlabel="EMT energy (meV/atom)", ylabel="model minus EMT (meV/atom)")
_ = axes[1].set(xlabel="EMT force component (eV/Å)", ylabel="model minus EMT (meV/Å)")
show(
    figure,
    "Errors of the model on 100 unseen frames against the true energy and the true force components: "
    "the points lie in a narrow band about zero, somewhat wider where energies and forces are large.",
)

# %% [markdown]
# Such a plot of the differences shows more than the usual diagonal: compare the numbers on the two axes. Now the check that needs no truth: are the forces the slope of the model's *own* energy? The calculator of lesson 7 gives both.

# %%
from forcefield.calculator import ForceFieldCalculator
from forcefield.gradients import numerical_forces

calculators = [ForceFieldCalculator(model, soap) for model in models]
frame = frames[test[0]].copy()
frame.calc = calculators[0]
forces = frame.get_forces()


def energy_at(positions):
    """The model's energy in eV of the frame with these positions, shape (4, 3) in Å."""
    moved = frame.copy()
    moved.positions = positions
    return crystals.energies_of(calculators[0], [moved])[0]


difference = np.abs(forces - numerical_forces(energy_at, frame.positions, step=1e-5)).max()
print("forces and own differences agree to 1e-6 eV/Å:", difference < 1e-6)
print("net force below 1e-6 eV/Å:", np.abs(forces.sum(axis=0)).max() < 1e-6)
assert difference < 1e-6

# %% [markdown]
# ## 6. What one can measure
#
# ### Lattice constant and bulk modulus
#
# Scale the perfect crystal, note the energy, fit a smooth curve (Birch and Murnaghan's, from `ase.eos`). Its minimum gives the lattice constant $a_0$, its curvature the *bulk modulus* $B = V\,\mathrm{d}^2E/\mathrm{d}V^2$: how hard
# the crystal resists pressure. 1 GPa is $10^9$ N/m². None of these cells is in the data: there every frame is rattled and sheared.

# %%
from ase import units
from ase.eos import EquationOfState

scaled = [copper_crystal(3.6 * factor) for factor in np.linspace(0.97, 1.03, 13)]
scaled_volumes = np.array([cell.get_volume() for cell in scaled])
curves = [crystals.energies_of(calculator, scaled) for calculator in [EMT(), *calculators]]  # eV, truth first

volume, energy, bulk_modulus = EquationOfState(scaled_volumes, curves[0], "birchmurnaghan").fit()
print(f"EMT: a0 = {np.cbrt(volume):.4f} Å, B = {bulk_modulus / units.GPa:.1f} GPa")
again = crystals.equation_of_state(EMT())
print("the package's function gives the same:", np.allclose(again[::2], (np.cbrt(volume), bulk_modulus / units.GPa)))

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5))
_ = left.plot(scaled_volumes / 4, 250 * curves[1], "o", color=COLOURS["model"], label="model, seed 0")
_ = left.plot(scaled_volumes / 4, 250 * curves[0], "-", color=COLOURS["truth"], label="EMT")
_ = left.set(xlabel="volume per atom (Å$^3$)", ylabel="energy per atom (meV)")
_ = left.legend()
for seed, (curve, marker) in enumerate(zip(curves[1:], "os^", strict=True)):
    _ = right.plot(scaled_volumes / 4, 250 * (curve - curves[0]), marker + "-", markersize=4, label=f"seed {seed}")
_ = right.axhline(0, color=COLOURS["truth"], linewidth=1)
_ = right.set(xlabel="volume per atom (Å$^3$)", ylabel="model minus EMT (meV/atom)")
right.margins(y=0.25)
_ = right.legend(ncols=3, loc="upper center", fontsize=9, columnspacing=1)
show(
    figure,
    "Left: energy against volume, the model's points lie on EMT's curve, a bowl with its minimum near 11.6 Å³. "
    "Right: the difference of three models from EMT, a fraction of a meV with slow waves.",
)

# %%
true_constant, _, true_modulus = crystals.equation_of_state(EMT())
constants = []
for seed, calculator in enumerate(calculators):
    constant, _, modulus = crystals.equation_of_state(calculator)
    constants.append(constant)
    report(f"seed {seed}, lattice constant differs by", abs(constant - true_constant), "Å", at_most=0.01)
    report(f"seed {seed}, bulk modulus differs by", 100 * abs(modulus / true_modulus - 1), "%", at_most=5)

# %% [markdown]
# ### Shear moduli
#
# A strain that keeps the volume costs less energy, so it is the harder test. A cubic crystal has two independent ones: longer along x and shorter along y ($C' = (C_{11}-C_{12})/2$), and a changed angle between x and y ($C_{44}$).
# In this crystal each atom has for every neighbour one opposite to it. Both strains keep that so, hence no atom feels a force and nothing has to be relaxed.

# %%
true_shear = crystals.shear_moduli(EMT(), true_constant)
print(f"EMT: C' = {true_shear[0]:.1f} GPa, C44 = {true_shear[1]:.1f} GPa")
for seed, (calculator, constant) in enumerate(zip(calculators, constants, strict=True)):
    shear = crystals.shear_moduli(calculator, constant)
    report(f"seed {seed}, C' differs by", 100 * abs(shear[0] / true_shear[0] - 1), "%", at_most=40)
    report(f"seed {seed}, C44 differs by", 100 * abs(shear[1] / true_shear[1] - 1), "%", at_most=16)

# %% [markdown]
# Clearly worse than the bulk modulus, and it differs from seed to seed. Why? Compare what a strain costs (the shear along $C'$) with the model's error of some tenths of a meV for each atom:

# %%
volume_per_atom = true_constant**3 / 4  # Å³
for shear in (0.01, 0.03):
    cost_of_shear = 1e3 * 2 * true_shear[0] * units.GPa * shear**2 * volume_per_atom  # E/V = 2 C' shear²
    cost_of_stretch = 1e3 * 4.5 * true_modulus * units.GPa * shear**2 * volume_per_atom  # E/V = 9/2 B strain²
    print(f"{shear:.0%}: shear {cost_of_shear:.2f} meV/atom, stretch of all edges {cost_of_stretch:.1f} meV/atom")

# %% [markdown]
# A shear costs ten times less than a stretch of the same size, so the same small waves in the model's energy spoil its curvature ten times as much. And forces cannot help: in a strained perfect crystal they are all zero. So it is mainly the 240 energies that speak of strain.
# That is why people who care about elasticity also train on **stresses**, six numbers for each frame.
#
# ### Phonons
#
# Let the atoms vibrate inside the cell. The Hessian $H = -\partial\mathbf{F}/\partial\mathbf{R}$ is a $12\times12$ matrix; with the mass $m$ its eigenvalues are $m\,(2\pi\nu)^2$. All copies of the cell move alike, so
# these are the phonons of wavelength infinite and $a_0$: three zeros (the whole crystal moves), and at the point called X six transverse and three longitudinal modes.

# %%


def phonons(calculator, lattice_constant, step=0.01):
    """Frequencies in THz, shape (12,), of the vibrations of the 4-atom cell; negative where it is unstable."""
    cell = copper_crystal(lattice_constant)

    def forces_at(positions):
        moved = cell.copy()
        moved.positions = positions
        return calculator.get_forces(moved)

    hessian = -central_difference(forces_at, cell.positions, step).reshape(12, 12)  # eV/Å²
    eigenvalues = np.linalg.eigvalsh((hessian + hessian.T) / 2) / cell.get_masses()[0]  # eV/(Å² u)
    per_second = np.sqrt(np.abs(eigenvalues) * units._e * 1e20 / units._amu) / (2 * np.pi)
    return np.sign(eigenvalues) * per_second * 1e-12


# %%
true_phonons = phonons(EMT(), true_constant)
print(
    f"EMT: {true_phonons[3]:.2f} THz ({(np.abs(true_phonons - true_phonons[3]) < 0.01).sum()} modes), "
    f"{true_phonons[-1]:.2f} THz ({(np.abs(true_phonons - true_phonons[-1]) < 0.01).sum()} modes)"
)
for seed, (calculator, constant) in enumerate(zip(calculators, constants, strict=True)):
    found = phonons(calculator, constant)
    groups = np.abs(found[:3]).max(), np.ptp(found[3:9]), np.ptp(found[9:])
    print(f"seed {seed}: three zeros, six alike, three alike, to 0.01 THz:", max(groups) < 0.01)
    worst = 100 * np.abs(found[3:] / true_phonons[3:] - 1).max()
    report(f"seed {seed}, largest difference of the other nine", worst, "%", at_most=5)

# %% [markdown]
# Here the forces help: every rattled frame gives 12 labels about exactly these motions. Nobody told the model that modes come in groups of six and three. It is the symmetry of the crystal, and the descriptor keeps it.

# %% [markdown]
# ## 7. Stress, by differences
#
# The stress $\sigma_{ij} = \frac{1}{V}\,\partial E/\partial\epsilon_{ij}$ says how the energy answers to a strain (its unit: eV/Å³, or GPa). DScribe gives no derivative with respect to the cell, so we strain the cell a little
# both ways and take the difference of the energies: two for each of six strains. ASE has that ready. EMT has an analytic stress: the truth.

# %%
from ase.calculators.fd import calculate_numerical_stress

true_stress, model_stress = [], []
for index in test[:10]:
    frame = frames[index].copy()
    frame.calc = EMT()
    true_stress.append(frame.get_stress() / units.GPa)  # xx, yy, zz, yz, xz, xy
    frame.calc = calculators[0]
    model_stress.append(calculate_numerical_stress(frame, eps=1e-5) / units.GPa)
true_stress, model_stress = np.array(true_stress), np.array(model_stress)
print(f"10 unseen frames, true stresses from {true_stress.min():.0f} to {true_stress.max():.0f} GPa")
report("error of the model's stress", mean_absolute_error(model_stress, true_stress), "GPa", at_most=0.8)

# %% [markdown]
# The model never saw a stress, and gets it from energies and forces alone. A step of $10^{-5}$ is safe unless a pair crosses the reach on the way; then the jump is divided by $2\cdot10^{-5}$. To move and
# reshape a cell by the thousands, one wants a descriptor whose derivative with respect to the cell is analytic. MACE, NequIP, SchNetPack and PACE (section 9) have that.

# %% [markdown]
# ## 8. Where it breaks
#
# ### Strain outside the data
#
# The frames were stretched by at most $\pm 5\,\%$ (single edges somewhat more, by the change of shape). Nothing stops us from asking for 20 %.

# %%
stretches = np.linspace(-0.15, 0.2, 36)
cells = [copper_crystal(true_constant * (1 + stretch)) for stretch in stretches]
true_curve = crystals.energies_of(EMT(), cells) / 4
far_curves = np.array([crystals.energies_of(calculator, cells) / 4 for calculator in calculators])  # (3, 36), eV/atom
for stretch in (-0.15, -0.1, -0.04, 0.04, 0.1, 0.2):
    at = int(np.abs(stretches - stretch).argmin())
    miss = np.abs(far_curves[:, at] - true_curve[at]).max()
    bound = {"at_most": 5} if abs(stretch) < 0.05 else {"at_least": 20}
    print(f"stretched by {stretch:.0%}, EMT: {1e3 * true_curve[at]:.0f} meV/atom")
    report("    largest miss of three models", 1e3 * miss, "meV/atom", **bound)

# %%
figure, axes = plt.subplots(figsize=(7, 3.6))
_ = axes.axvspan(-5, 5, color=COLOURS["training"], alpha=0.12, linewidth=0)
for curve, style in zip(far_curves, ("-", "--", ":"), strict=True):
    _ = axes.plot(100 * stretches, curve, style, color=COLOURS["model"])
_ = axes.plot(100 * stretches, true_curve, color=COLOURS["truth"])
_ = axes.text(0, 1.2, "data", color=COLOURS["training"], ha="center")
_ = axes.text(11.5, 0.75, "EMT", ha="right")
_ = axes.text(14, 0.12, "3 models", color=COLOURS["model"])
_ = axes.set(xlabel="stretch of all edges (%)", ylabel="energy per atom (eV)", ylim=(-0.1, 1.7))
show(
    figure,
    "Energy against the stretch of the crystal. Inside the shaded range of the data three models lie on EMT's curve; outside, on both "
    "sides, they bend away below it, all three alike.",
)

# %% [markdown]
# Outside the shaded range all three models say that the crystal is far softer than it is. And look: they **agree** with each other. Is the spread of a committee (lesson 8) a warning here?

# %%
for stretch in (-0.15, 0.2):
    at = int(np.abs(stretches - stretch).argmin())
    spread = np.ptp(far_curves[:, at])
    miss = np.abs(far_curves[:, at] - true_curve[at]).min()
    report(f"stretched by {stretch:.0%}, spread of the models over the smallest miss", spread / miss, at_most=0.5)

# %% [markdown]
# A weak one: the truth lies far outside the spread. All three have learned the same data with the same kind of network, and bend the same way where there is none.

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
# The curves belong to the chosen shear. Beyond 4 % nothing is shaded: no stretch is inside the data then. A point beyond the scale is drawn at its edge. The sentence says whether the crystal lies inside the data, and what EMT and the models say.
#
# **Try:**
#
# - Without shear, stretch to 5 %, then on. Where do you *see* the models leave the curve? Where does the sentence see it?
# - Compress by as much. Which side fails sooner?
# - Set the stretch to 0 and shear up to 12 %. Compare the miss with that of a stretch of 12 %. Section 6 told what each of the two costs.
# - Find a place outside the data where the models lie much closer to each other than to EMT.

# %% [markdown]
# ### A larger cell
#
# The sum over atoms works for any number of atoms. Two cells side by side have twice the energy, as they must:

# %%
one, two = crystals.energies_of(calculators[0], [frames[0], frames[0] * (2, 1, 1)])
print("twice the energy to 1e-9 eV:", abs(two - 2 * one) < 1e-9)
assert abs(two - 2 * one) < 1e-9

# %% [markdown]
# So is a model trained on 4 atoms good for 32 that move on their own? The strains are drawn as before, the displacements too.

# %%
from forcefield import systems
from forcefield.dataset import Dataset

large_frames = crystal_frames(30, 1, soap, repeat=2)
print(plan_memory(30, 32, 32, 70)[1])
large = Dataset(*systems.label(large_frames, EMT()), *describe(soap, large_frames, attach=True))
large_training, large_test = large[:24], large[24:]
small_cell_errors = []
for seed, model in enumerate(models):
    _, forces = model.predict(large_test.descriptors, large_test.derivatives)
    small_cell_errors.append(1e3 * mean_absolute_error(forces, large_test.forces))
    report(f"seed {seed}, force error in cells of 32 atoms", small_cell_errors[-1], "meV/Å", at_least=30)

# %% [markdown]
# Ten times worse than in cells of 4, and more! No bug: we just saw that size alone changes nothing. The **data** were too special. In a cell of 4 atoms
# all images of an atom move alike: a neighbour that comes closer on one side has a twin that moves away on the other. In a cell of 32 atoms neighbours move on their own, and these surroundings were never seen.
#
# One number shows it: the *mean* distance from an atom to its 12 nearest neighbours. One twin comes closer, the other goes away, so in cells of 4 atoms it hardly changes, however much the atoms are rattled.

# %%


def mean_distances(structures):
    """Mean distance of every atom to its 12 nearest neighbours, in units of the cube's edge (cube root of V)."""
    found = []
    for structure in structures:
        edge_length = np.cbrt(4 * structure.get_volume() / len(structure))
        first, distances = neighbor_list("id", structure, 3.8)
        for atom in range(len(structure)):
            found.append(np.sort(distances[first == atom])[:12].mean() / edge_length)
    return np.array(found)


small_means, large_means = mean_distances(frames), mean_distances(large_frames)
print(f"standard deviation: {small_means.std():.4f} (4 atoms), {large_means.std():.4f} (32 atoms)")

# %%
figure, axes = plt.subplots(figsize=(6.5, 3.2))
bins = np.linspace(0.69, 0.73, 41)
_ = axes.hist(small_means, bins, density=True, alpha=0.55, color=COLOURS["model"])
_ = axes.hist(large_means, bins, density=True, histtype="step", linewidth=2, color=COLOURS["training"])
top = axes.get_ylim()[1]
_ = axes.text(0.713, 0.7 * top, "cells of 4 atoms", color=COLOURS["model"])
_ = axes.text(0.716, 0.25 * top, "cells of 32 atoms", color=COLOURS["training"])
_ = axes.set(xlabel="mean distance to 12 neighbours / edge of the cube", ylabel="atoms (density)")
show(
    figure,
    "Two histograms of the mean distance to the twelve nearest neighbours: a narrow peak for cells of 4 atoms, "
    "a several times broader one for cells of 32 atoms.",
)

# %% [markdown]
# **The cure** is data of the right kind: 24 frames of 32 atoms (one energy and 96 force components each), the same network, the same 6 unseen frames as test.

# %%
from forcefield.training import train

start = time.perf_counter()
cured = [train(large_training, seed=seed, hidden_units=(32, 32), iterations=200)[0] for seed in range(3)]
print(f"time: {time.perf_counter() - start:.1f} s (this machine)")
for seed, model in enumerate(cured):
    energies, forces = model.predict(large_test.descriptors, large_test.derivatives)
    error = 1e3 * mean_absolute_error(forces, large_test.forces)
    report(f"seed {seed}, force error in cells of 32 atoms", error, "meV/Å", at_most=45)
    report(f"seed {seed}, divided by that of the model from small cells", error / small_cell_errors[seed], at_most=0.5)

# %% [markdown]
# Far better, by data alone. The price is the cost of section 2. The lesson is general: **a test set drawn like the training set says nothing about uses of another kind.** Ours was drawn honestly, and still its
# few meV/Å were no promise for a larger cell. A vacancy (an exercise), a surface, a liquid would be further still.

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
# lie close to equilibrium ([Deng et al. 2025](https://doi.org/10.1038/s41524-024-01500-6)); you saw something like it in section 8. Models are compared on
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
# full = copper_crystal(true_constant) * (2, 2, 2)
# vacancy = full.copy()
# del vacancy[0]
# members = [ForceFieldCalculator(model, soap) for model in models + cured]
# for name, calculator in zip(["EMT", *["4 atoms"] * 3, *["32 atoms"] * 3], [EMT(), *members]):
#     whole, with_hole = crystals.energies_of(calculator, [full, vacancy])
#     print(f"{name:9s} {with_hole - 31 / 32 * whole:.2f} eV")
# ```
#
# EMT says 1.24 eV. The models from small cells scatter wildly: no training frame has an atom with a neighbour missing, so the answer is a guess, and each seed guesses differently. Large perfect cells do not hold vacancies either;
# their models are not reliable here, even if one of them comes close.
# </details>
#
# **2. Train on more energies.** Only energies speak of strain. Train one model with `energy_weight=10` and look at $C'$ and at the force error on the *validation* frames. What is gained, what is lost?
#
# <details><summary>Solution</summary>
#
# ```python
# checked = data[validation]
# for weight in (1, 10):
#     model, _ = train(data[training], seed=0, energy_weight=weight, **crystals.CRYSTAL_FIT)
#     _, forces = model.predict(checked.descriptors, checked.derivatives)
#     moduli = crystals.shear_moduli(ForceFieldCalculator(model, soap), true_constant)
#     print(f"weight {weight}: C' {moduli[0]:.1f} GPa, force error {1e3 * mean_absolute_error(forces, checked.forces):.1f} meV/Å")
# ```
#
# The force error grows. The change of $C'$ is about as large as that from one seed to the next, so one seed decides nothing: repeat it with three.
# </details>
#
# **3. One jump in the equation of state.** Shells of neighbours pass the reach when the crystal is stretched. At which lattice constants, between 3.4 and 3.8 Å, does that happen? Look at `reach(soap)` and at the shell distances
# $a\sqrt{n/2}$. Does the range of section 6 contain one?
#
# <details><summary>Solution</summary>
#
# ```python
# for n in range(1, 13):
#     constant = reach(soap) / np.sqrt(n / 2)
#     if 3.4 < constant < 3.8:
#         print(f"shell {n}: a = {constant:.3f} Å")
# print(f"section 6: {3.6 * 0.97:.3f} to {3.6 * 1.03:.3f} Å")
# ```
#
# At 3.729 Å (shell 6) and 3.452 Å (shell 7). Section 6 goes from 3.492 to 3.708 Å and contains neither: the cutoff was chosen so.
# </details>

# %% [markdown]
# ## Summary
#
# - A crystal is a small cell and its images. With a cutoff wider than the cell all images count: 86 neighbours, not 3.
# - For periodic systems DScribe's derivatives are numerical, cost $6N$ descriptions, and are right only for all atoms in order with `attach=True`. Taken across the jump at $r_\mathrm{cut}+3.72\,\sigma$ they are wrong by as much as their size; such frames are drawn again.
# - 240 frames of 4 atoms give at most 0.6 meV/atom and 12 meV/Å on 100 unseen ones, for three seeds; forces agree with differences of the model's own energy to 1e-6 eV/Å.
# - Beside EMT: the lattice constant to 0.01 Å, the bulk modulus to 5 %, phonons at X to 5 %. Shear moduli are worse (up to 40 % allowed): mainly the energies tell of strain, and shear costs little.
# - Outside $\pm 5\,\%$ the models are far too soft, and agree with each other. In cells of 32 atoms the models from 4 atoms are ten times worse and more; 24 large frames mend most of it.

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
# **3.** Your model has 4 meV/Å on held-out frames, drawn like the training frames. A colleague wants to use it for copper with a grain boundary. What do you answer?
#
# <details><summary>Answer</summary>
# That the error says nothing about it: surroundings at a grain boundary were never seen, and section 8 shows how far off a model can be even in a larger perfect cell. Label a few grain boundaries, test on them first, then train on some of them.
# </details>

# %% [markdown]
# ## Next
#
# This was the last lesson. Back to the map: [start here](00_start_here.ipynb). Words and symbols: [Terminology](01_principle.ipynb#Terminology). Then take your own atoms, your own truth, and begin with the test set.
