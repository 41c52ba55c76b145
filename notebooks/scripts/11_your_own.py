# %% [markdown]
# # 11. Your own
#
# **You will learn**
#
# - to take a file of labelled structures, from whatever program, the whole way to a force field that you have tested;
# - what is wrong with most files at first, and what the course says about it;
# - to report errors so that a teacher can grade them and a referee can believe them;
# - where to go when your system is larger than this course.
#
# **You need** [lesson 6](06_many_atoms.ipynb) (a centre on every atom, parts of a data set), [lesson 8](08_uncertainty.ipynb) (committees, calibrated bounds, stopping on the spread) and [lesson 10](10_molecule.ipynb) (several elements, labels from quantum mechanics); and, if you have one, a file of your own.
#
# **Time** about 45 minutes of reading and running, 25 minutes of exercises; all cells run in under a minute.
#
# Every step below is one or two lines. They run on a file that this page makes: clusters of copper and gold. **To run them on yours, change one line**, the path.

# %% [markdown]
# ## 1. Look, and check
#
# A labelled structure is a structure with its energy and the forces on its atoms, from a reference method: density-functional theory, say. Most programs, or ASE after them, write such structures to a file: `.extxyz` (text), `.db` (a database), `.traj` (what ASE's dynamics writes), or an output of their own that ASE can read.
#
# The stand-in has 98 clusters of 13 to 55 atoms in five compositions, labelled by effective medium theory (EMT), the potential of lesson 6. In real life the labels would take days. What would you want to know of such a file before you fit anything?

# %%
from forcefield.copper_gold import copper_gold_file
from forcefield.labelled_files import look_at, read_labelled
from forcefield.lesson import start_lesson

start_lesson()
path = copper_gold_file()  # yours: path = "my_frames.extxyz"
structures = read_labelled(path)
print(look_at(structures))

# %% [markdown]
# Read it line by line. The standard deviation of the energy per atom says what a model that knows nothing gets wrong. The **noise of the forces** needs no model either: nothing pushes or turns a free cluster as a whole, so the forces on its atoms must add up to zero, and so must their torques. What is left of both sums is an error of the labels. Here it is zero. In lesson 10's molecule the torque showed the grid of the density functional. No model can be better than its labels.
#
# `read_labelled` has silently done more: it has compared energies with forces (if frames are too far apart for that, the table says so), looked for atoms in one place, for frames without labels and for much else. If something had been wrong, there would be a sentence instead of a table.
#
# ### What is wrong with most files
#
# Here are four files as other people make them, and one name with a typing error. Before you read the sentences: what may be wrong in each?

# %% jupyter={"source_hidden": true} tags=["hide-input"]
import tempfile
from pathlib import Path

from ase import units
from ase.calculators.singlepoint import SinglePointCalculator

from forcefield.written_files import write_structures

(folder := Path(tempfile.mkdtemp()) / "from_others").mkdir()
small = [structure for structure in structures if len(structure) == 13]
others = {"mace_names.extxyz": [], "quantum_chemistry.extxyz": [], "gradients.extxyz": []}
for structure in small:
    energy, forces = structure.get_potential_energy(), structure.get_forces()
    named, converted, turned = structure.copy(), structure.copy(), structure.copy()
    named.info["REF_energy"] = energy
    named.set_array("REF_forces", forces)
    atomic = {"energy": energy / units.Hartree, "forces": forces / (units.Hartree / units.Bohr)}
    converted.calc = SinglePointCalculator(converted, **atomic)
    turned.calc = SinglePointCalculator(turned, energy=energy, forces=-forces)
    for name, copy in zip(others, (named, converted, turned), strict=True):
        others[name].append(copy)
for name, copies in others.items():
    write_structures(folder / name, copies)
half = (folder / "gradients.extxyz").read_bytes()[:20_000]
_ = (folder / "still_running.extxyz").write_bytes(half)

# %%
for name in ("mace_names", "quantum_chemistry", "gradients", "still_running", "mace_name"):
    try:
        read_labelled(folder / f"{name}.extxyz")
    except (ValueError, FileNotFoundError) as sentence:
        print("*", sentence)

# %% [markdown]
# How can it know that energies are in Hartree? The energy of two similar frames must differ by what the forces do on the way between them, $E_2 - E_1 \approx -\tfrac12(\mathbf F_1 + \mathbf F_2)\cdot(\mathbf R_2 - \mathbf R_1)$. If positions are in Å and the rest in atomic units, the two sides differ by the number of Bohr in an ångström, 1.89 (here about 1.7: the frames are not very close). If they differ by a sign, the file has gradients. And where energies count all electrons, their size alone tells the unit.
#
# | what the file may have | what happens |
# |---|---|
# | labels under other names | error; the names that look like labels are offered: `read_labelled(path, energy="REF_energy", forces="REF_forces")` |
# | other units | error; `energy_unit="Hartree", force_unit="Hartree/Bohr"`, also kcal/mol, Ry, Bohr and nm |
# | gradients for forces | error; `gradients=True` |
# | frames without labels, atoms in one place, an atom alone, one frame with two energies | error with the numbers of the frames; `skip=["unlabelled"]` leaves them out |
# | clusters and crystals in one file | error; `periodic=True` puts clusters into boxes |
# | forces that do not add up to zero at all | error with the usual causes, such as atoms held fixed |
# | noise, copies, an atom far away, very large forces | a warning in the table |
# | cut, damaged, empty, another kind of file | error; which frames are whole |
#
# What would surely make the fit wrong is an error, and nothing is left out unless you say so. If the table says "not compared", nothing has checked units and sign: then you must know them. If you know better, `accept=["units"]` takes the file as it is.

# %% [markdown]
# ## 2. Split
#
# In every one of these short runs the gold atoms sit in other places. Frames of one run resemble each other (lesson 6), so whole runs are drawn: `by="trajectory"`. For one long trajectory, `by="time"` draws blocks of frames. One composition is kept apart altogether. Why?

# %%
from forcefield.own_parts import memory_plan, own_parts, own_soap

parts = own_parts(structures, seed=0, never_trained_on="Cu19Au19", by="trajectory")
for name, part in parts.items():
    print(f"{name:18}{len(part):3} frames")

# %% [markdown]
# A force field is used on what nobody has labelled. A composition (or temperature, or phase) of which no frame was trained on says more about that than any number of test frames from the same runs. The **calibration** part is for one number in section 5, and trains nothing.
#
# ## 3. Describe and fit
#
# The descriptor follows from the elements: a sphere of 2.6 covalent radii (the tail of an atom reaches in from 1.9 Å further), narrower Gaussians for small atoms, and as many functions as keep the number of features below 500. The derivatives of all features by all coordinates are large, but never needed all at once.

# %%
soap = own_soap(structures)
print(memory_plan(parts["training"], soap))

# %% [markdown]
# The model is lesson 10's: a Gaussian process with one kernel for each element, in which every energy and every force component counts by itself. (Above 4,000 labels, `fit_committee` takes sparse points, as in lesson 6.) The committee has three members. Each sees another four fifths of the training frames. They are saved at once, and what follows uses only what was loaded from the files: so we test what we keep.

# %%
from forcefield.own_committee import fit_committee, load_calculator, predictions, save_members

members = fit_committee(parts["training"], soap, n_members=3)
save_members(members, "data", "copper_gold")
calculator = load_calculator("data", "copper_gold")

# %% [markdown]
# ## 4. Errors, beside what they must beat
#
# An error says nothing by itself. It stands here beside the **spread of the labels** (what a model makes that always predicts the mean energy of a composition, and no force) and beside a **pair potential**: free curves of the distance, one for each pair of elements, fitted to the same training frames. What do you expect for the composition that no model has seen?

# %%
from forcefield.own_report import FIGURE_ALT, error_table, report_figure
from forcefield.plots import show

found = {name: predictions(part, calculator) for name, part in parts.items()}
table = error_table(found)
show(report_figure(found, table), FIGURE_ALT)

# %% jupyter={"source_hidden": true} tags=["hide-input"]
from forcefield.evaluation import report

seen, unseen = table["test"], table["never trained on"]
report("seen compositions, energy", seen["energy, committee"], "meV/atom", at_most=1)
report("seen compositions, forces", seen["forces, committee"], "meV/Å", at_least=3, at_most=15)
report("unseen composition, energy", unseen["energy, committee"], "meV/atom", at_most=3)
report("unseen composition, forces", unseen["forces, committee"], "meV/Å", at_least=4, at_most=30)
one_sided = abs(found["never trained on"].energy_errors().mean())
one_sided /= abs(found["never trained on"].energy_errors()).mean()
report("unseen: mean of the energy errors, divided by that of their sizes", one_sided, at_least=0.4, at_most=1)
for name, part in (("seen", seen), ("unseen", unseen)):
    ratio = part["forces, pair potential"] / part["forces, committee"]
    report(f"{name}: pair potential's force error divided by the committee's", ratio, at_least=6)

# %% [markdown]
# Three things to read off.
#
# - Errors on training frames are half of those on test frames, although each member left out a fifth of them. A report that shows the first alone flatters.
# - The pair potential takes off about half of the spread for the compositions that it knows. For the unseen one its energy fails: what a pair is worth depends on what surrounds it.
# - The committee's energies of the unseen composition are worse than those of the seen ones, and most of their errors have one sign. Forces do not say how the energy changes when one element takes the place of another; only compositions do. (Exercise 1.)
#
# ## 5. Check, and calibrate
#
# Errors are statistics. These are not: they must hold to the last digits, for this force field and for every other.

# %%
from forcefield.force_field_checks import check_force_field

passed = check_force_field(parts["test"][0], calculator)
for check in passed:
    print(check)

# %% [markdown]
# Now the promise for a single atom: with which factor must the committee's spread be multiplied, so that nine of ten errors are below it? The calibration part says (split conformal prediction, lesson 8). Does the bound hold where it was not made?

# %%
from forcefield.own_committee import force_bound

factor = force_bound(found["calibration"], coverage=0.9)

# %% jupyter={"source_hidden": true} tags=["hide-input"]
report("bound divided by spread", factor, at_least=1.5, at_most=7)
for name in ("test", "never trained on"):
    share = table[name]["atoms within the 90 % bound"]
    report(f"share of atoms within their bound, {name}", share, "%", at_least=75, at_most=100)

# %% [markdown]
# ## 6. Use it, and let it ask
#
# The calculator works with everything in ASE. Relax a cluster of the unseen composition, heat it at once to 1500 K, three times hotter than any training frame, and stop where the bound of some atom passes 0.3 eV/Å. Will it stop at all?

# %%
from forcefield.own_run import run_until_doubt, save_run

limit = 0.3 / factor  # spread at which the bound is 0.3 eV/Å
run = run_until_doubt(parts["never trained on"][0], calculator, temperature=1500, limit=limit)
print(save_run(run, "data", "copper_gold"))

# %% jupyter={"source_hidden": true} tags=["hide-input"]
import matplotlib.pyplot as plt

from forcefield.plots import COLOURS

figure, axes = plt.subplots(figsize=(6.4, 3))
axes.plot(run.times, 1e3 * run.spreads, color=COLOURS["model"])
axes.axhline(1e3 * limit, color=COLOURS["truth"], linestyle="--")
axes.text(0, 1.03e3 * limit, "limit")
axes.set(xlabel="time (fs)", ylabel="largest spread\nof an atom (meV/Å)", ylim=(0, 1.2e3 * limit))
alt = "Largest force spread of an atom against time: it stays below the limit for most of the run, then rises and ends where it passes the limit."
show(figure, alt)

# %% [markdown]
# The run and its spreads are in `data/copper_gold_run.extxyz`: ASE, OVITO and others read it. The frame that the committee asks for has no labels yet. With your own data this is where you go back to your reference program. Here the program is EMT, and we can ask it. Is the force field really wrong there?

# %% jupyter={"source_hidden": true} tags=["hide-input"]
import numpy as np
from ase.calculators.emt import EMT

asked = run.asked.copy()
asked.calc = EMT()
errors = np.linalg.norm(asked.get_forces() - calculator.get_property("forces", asked), axis=1)
report("largest error in the frame asked for", 1e3 * errors.max(), "meV/Å", at_least=60, at_most=1500)
report("mean error there", 1e3 * errors.mean(), "meV/Å", at_least=15, at_most=300)

# %% [markdown]
# ## 7. The report
#
# A folder to hand in, or to put beside a paper: what the data are, the table, the checks, the figure of section 4; the members; and the training data in the form that other programs read. If one day your model is replaced by a better one, the data are what stays.

# %%
from forcefield.exports import export
from forcefield.own_report import write_report

write_report("data", "copper_gold_report", structures, found, passed)
for program, name in (("MACE", "mace.xyz"), ("GAP", "gap.xyz"), ("n2p2", "input.data")):
    print(f"{program}: {export(f'data/{name}', parts['training'], program, replace=True)}\n")

# %% [markdown]
# MACE and GAP take eV and Å. n2p2 takes any units that belong together; most of its models have Hartree and Bohr, so that is what it gets.
#
# ### Larger systems
#
# A model of this course runs some hundred atoms at leisure. For millions of atoms, on many processors or on a GPU, train one of these on the same data, and run it in [LAMMPS](https://docs.lammps.org):
#
# | program | what it is | in LAMMPS |
# |---|---|---|
# | [MACE](https://mace-docs.readthedocs.io) | equivariant message passing, the smallest errors, wants a GPU; models trained on nearly all elements can be fine-tuned | [its own guide](https://mace-docs.readthedocs.io/en/latest/guide/lammps.html) |
# | [GAP](https://libatoms.github.io/GAP) | this page's kernel on SOAP, with sparse points | [pair_style quip](https://docs.lammps.org/pair_quip.html) |
# | [n2p2](https://compphysvienna.github.io/n2p2) | Behler and Parrinello's networks, fast on processors | [pair_style hdnnp](https://docs.lammps.org/pair_hdnnp.html) |
#
# Their errors belong into the same table, on the same test frames.

# %% [markdown]
# ## 8. The same on a molecule
#
# Sections 1 to 5 and the report in one call. The file is lesson 10's: malonaldehyde, labelled by density-functional theory. We take every fifth frame; there is one composition, so blocks of time are drawn. Before you run it: which part of the table will look worse than above?

# %%
from forcefield.own_way import whole_way

molecule = whole_way("labels/malonaldehyde.extxyz.gz", "data", "molecule_report", index="::5")
print(molecule.memory)
print("checks passed:", all(check.passed for check in molecule.passed))
show(report_figure(molecule.parts, molecule.table), FIGURE_ALT)

# %% jupyter={"source_hidden": true} tags=["hide-input"]
for part, most in (("calibration", 250), ("test", 90)):
    forces = molecule.table[part]["forces, committee"]
    report(f"molecule, {part}, forces", forces, "meV/Å", at_least=most / 10, at_most=most)
covered_share = molecule.table["test"]["atoms within the 90 % bound"]
report("molecule, share of atoms of the test part within their bound", covered_share, "%", at_least=75)

# %% [markdown]
# The calibration and test parts of the molecule need not agree: in a few of the hottest frames the ring is open (lesson 10), and it is a matter of the draw which part gets them. One such frame outweighs twenty others in a mean. The spread of the committee is largest there too, and that is what it is for.

# %% [markdown]
# ## Exercises
#
# **1. At the edge.** The composition kept apart had neighbours on both sides: 23, 38, 62 and 75 % of gold were trained on, 50 % were not. Keep Cu14Au41 apart instead, the one with the most gold. What do you expect of its energies, its forces, and its bounds?
#
# <details><summary>Solution</summary>
#
# ```python
# edge = whole_way(path, "data", "edge", never_trained_on="Cu14Au41", by="trajectory")
# for column in ("energy, committee", "forces, committee", "atoms within the 90 % bound"):
#     print(f"{column}: {edge.table['test'][column]:.1f} and {edge.table['never trained on'][column]:.1f}")
# print(f"mean error: {1e3 * edge.parts['never trained on'].energy_errors().mean():.1f} meV/atom")
# ```
#
# Energies are wrong by some meV/atom, and by nearly the same amount in every frame: the model continues a line instead of joining two points. Forces are three to four times worse than those of the composition in the middle. The bounds hold all the same: the members disagree there.
#
# </details>
#
# **2. Noisy labels.** Add noise of 0.05 eV/Å to each force component of the training part and fit again (two members are enough). What does `look_at` say? How large are the errors on the *noisy* training labels, and on the exact ones of the test part?
#
# <details><summary>Solution</summary>
#
# ```python
# from forcefield.calculator import CommitteeCalculator
#
# generator, noisy = np.random.default_rng(0), []
# for structure in parts["training"]:
#     forces = structure.get_forces() + generator.normal(scale=0.05, size=(len(structure), 3))
#     noisy.append(structure.copy())
#     energy = structure.get_potential_energy()
#     noisy[-1].calc = SinglePointCalculator(noisy[-1], energy=energy, forces=forces)
# print(look_at(noisy))
# noisy_calculator = CommitteeCalculator(fit_committee(noisy, soap, n_members=2))
# for name, part in (("noisy training", noisy), ("exact test", parts["test"])):
#     error = np.abs(predictions(part, noisy_calculator).force_errors()).mean()
#     print(f"{name}: {1e3 * error:.0f} meV/Å")
# ```
#
# The table has two warnings: net force and torque both betray errors of about 0.05 eV/Å, and no model was needed to see that. `fit_committee` takes this for the noise that it expects. The error on the noisy training labels is about 40 meV/Å, the mean absolute value of the noise: what looks like a poor fit is the right one. On exact test labels it is about half of that: the model averages over many noisy labels. Tested on noisy labels, the same model would seem to be worse than it is.
#
# </details>
#
# **3. Half the labels.** Fit two members to every second training frame. Is it the number of labels that limits the errors?
#
# <details><summary>Solution</summary>
#
# ```python
# half = CommitteeCalculator(fit_committee(parts["training"][::2], soap, n_members=2))
# for name in ("test", "never trained on"):
#     errors = predictions(parts[name], half)
#     print(f"{name}: {1e3 * np.abs(errors.energy_errors()).mean():.1f} meV/atom, "
#           f"{1e3 * np.abs(errors.force_errors()).mean():.0f} meV/Å")
# ```
#
# (`CommitteeCalculator` as in exercise 2.) Errors nearly double, so more labels would still help, and it is worth while to compute them where the committee asks. Where doubling the labels changes nothing, something else is the limit: their noise, or what the descriptor cannot see.
#
# </details>

# %% [markdown]
# ## Summary
#
# - A file is read with checks that need no model: net force and torque for noise, energy differences against forces for units and sign. What would make a fit wrong is an error with its remedy, and nothing is left out unless you say so.
# - Whole runs are split, and one composition is kept apart: mean errors of at most 1 meV/atom and 15 meV/Å on the compositions trained on, of at most 3 meV/atom and 30 meV/Å on the one between them.
# - Errors stand beside the spread of the labels and a pair potential. Symmetries and gradients are checked to the last digits, on the model that was loaded from its files.
# - The bound of nine in ten errors comes from a part that trained nothing, and a run at 1500 K stopped where it passed 0.3 eV/Å and asked for a label.
# - The report, the members and the data in the form of MACE, GAP and n2p2 are what you keep.

# %% [markdown]
# ## Questions
#
# **1.** In your file, energies and forces agree perfectly when neighbouring frames are compared. Are the units right?
#
# <details><summary>Answer</summary>
#
# Not necessarily: if both are wrong by the same factor, as with kcal/mol and kcal/mol/Å, the comparison cannot see it. Where the energies count all electrons, their size tells. Otherwise you must know your program; an atomization energy or a vibration that is known from experiment is a good test.
#
# </details>
#
# **2.** A report says "force error 25 meV/Å". What do you ask before you believe that this is good?
#
# <details><summary>Answer</summary>
#
# On which frames, and how were they drawn: whole runs, or neighbours of training frames? Beside which spread of the labels, and what does a simple model make of the same labels? What of a composition or temperature that was not trained on? And is it a mean over components or a root mean square, which is larger?
#
# </details>
#
# **3.** All checks of section 5 pass, and the run explodes. How can that be?
#
# <details><summary>Answer</summary>
#
# The checks say that the model is *some* consistent force field, with forces that are the gradient of its energy. They do not say that it is the right one. Far from all labels it may have deep holes that do not exist (lesson 7). The spread usually notices on the way there; a repulsion under the model (lesson 8) cures the commonest case.
#
# </details>

# %% [markdown]
# ## Next
#
# This was the last lesson. Take your own file, and change the path in section 1. Or take one from a public collection, such as [revised MD17](https://doi.org/10.6084/m9.figshare.12672038), whose arrays become structures so:
#
# ```python
# import ase
#
# arrays, structures = np.load("rmd17_malonaldehyde.npz"), []
# for row in range(0, len(arrays["energies"]), 200):
#     atoms = ase.Atoms(arrays["nuclear_charges"], arrays["coords"][row])
#     energy, forces = (arrays[name][row] * units.kcal / units.mol for name in ("energies", "forces"))
#     atoms.calc = SinglePointCalculator(atoms, energy=float(energy), forces=forces)
#     structures.append(atoms)
# write_structures("rmd17_malonaldehyde.extxyz", structures)
# ```
#
# **To read on**: how such force fields are made and tested, [Deringer et al. 2021](https://doi.org/10.1021/acs.chemrev.1c00022) and [Unke et al. 2021](https://doi.org/10.1021/acs.chemrev.0c01111); good errors and unstable dynamics, [Fu et al. 2023](https://arxiv.org/abs/2210.07237); networks for nearly all elements, [Batatia et al. 2023](https://arxiv.org/abs/2401.00096).
#
# Words and symbols: [Terminology](01_principle.ipynb#Terminology). Back to the map: [start here](00_start_here.ipynb).
