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
# **Time** about 55 minutes to read and run, 45 for the exercises; all cells run in under a minute.
#
# Every step below is one or two lines. They run on a file that this page makes: clusters of copper and gold. **To run them on yours, change one line**, the path.

# %% [markdown]
# ## 1. Look, and check
#
# A labelled structure is a structure with its energy and the forces on its atoms, from a reference method: density-functional theory, say. Most programs, or ASE after them, write such structures to a file: `.extxyz` (text), `.db` (a database), `.traj` (what ASE's dynamics writes), or an output of their own that ASE can read.
#
# The stand-in has 98 clusters of 13 to 55 atoms in five compositions, labelled by effective medium theory (EMT), the potential of lesson 6. In real life the labels would take days.
#
# The next cell prints what one wants to know of such a file before anything is fitted. One line of it is the **net force**: the sum of the forces on all atoms of a frame. Nothing pushes these clusters from outside.
#
# **What do you expect?** A typical force component in this file is 0.5 eV/Å. How large is a component of the net force?
#
# - **A** About 0.5 eV/Å, like every other force.
# - **B** Some times 0.5 eV/Å: it is a sum over 13 to 55 atoms.
# - **C** Zero, to the last digits.

# %%
import numpy as np

from forcefield.copper_gold import copper_gold_file
from forcefield.exercises import check, check_solution, progress, quiz
from forcefield.labelled_files import look_at, read_labelled
from forcefield.lesson import start_lesson

start_lesson()
path = copper_gold_file()  # yours: path = "my_frames.extxyz"
structures = read_labelled(path)
print(look_at(structures))

# %% [markdown]
# **Answer: C.** Every force between atoms has its counterpart, and nothing acts from outside: the forces add up to exactly zero, however large each of them is (A, B). The same is true of their torques (how strongly they turn the cluster).
#
# So what is left of both sums is an error of the labels: the **noise of the forces**, and no model is needed to see it. Here it is zero. In lesson 10's molecule the torque showed the grid of the density functional. No model can be tested better than its labels allow. The other lines: the standard deviation of the energy per atom says what a model that knows nothing gets wrong; the largest force component, how far from rest the frames are.
#
# `read_labelled` has silently done more: it has compared energies with forces (if frames are too far apart for that, the table says so), looked for atoms in one place, for frames without labels and for much else. If something had been wrong, there would be a sentence instead of a table.

# %% [markdown]
# ### Exercise 11.1: How noisy are these forces?
#
# **10 minutes**
#
# Write a function that finds the noise of the forces from their net force, as the table above does. Suppose that every force component has an independent error of the same size, $\sigma$. The frames have different numbers of atoms.

# %% tags=["exercise"]
def noise_of(structures):
    """Standard deviation of the errors of force components (float, eV/Å).

    `structures` are free clusters of any sizes; `get_forces()` of each gives its labels,
    (n_atoms, 3), in eV/Å.
    """
    return ...


check("11.1", noise_of)

# %% [markdown]
# <details><summary>Hint</summary>
#
# The sum of $N$ independent errors of standard deviation $\sigma$ has the standard deviation $\sqrt N\,\sigma$. What does one frame say of $\sigma^2$? Take the mean over frames before the root.
#
# </details>

# %% jupyter={"source_hidden": true} tags=["solution", "hide-input"]
def noise_of(structures):
    squares = [np.mean(one.get_forces().sum(axis=0) ** 2) / len(one) for one in structures]
    return np.sqrt(np.mean(squares))


check_solution("11.1", noise_of)

# %% [markdown]
# ### What is wrong with most files
#
# Here are four files as other people make them, and one name with a typing error:
#
# - `mace_names`: the labels are called `REF_energy` and `REF_forces`;
# - `quantum_chemistry`: energies are in Hartree, forces in Hartree/Bohr, and nothing says so;
# - `gradients`: $+\partial E/\partial\mathbf R$ stands in the place of forces;
# - `still_running`: the program that writes it has not finished.
#
# **What do you expect?** Which of the four are refused?
#
# - **A** `mace_names` and `still_running`: the other two look like every file.
# - **B** All but `gradients`: a sign cannot be seen in numbers of both signs.
# - **C** All four.

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
# **Answer: C.** How can it know that energies are in Hartree? The energy of two similar frames must differ by what the forces do on the way between them, $E_2 - E_1 \approx -\tfrac12(\mathbf F_1 + \mathbf F_2)\cdot(\mathbf R_2 - \mathbf R_1)$. If positions are in Å and the rest in atomic units, the two sides differ by the number of Bohr in an ångström, 1.89 (here about 1.7: the frames are not very close). If they differ by a sign, the file has gradients: energy and forces together know the sign (B), and the unit (A). And where energies count all electrons, their size alone tells the unit.
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
# ### Exercise 11.2: Fool the check
#
# **5 minutes**
#
# The comparison finds Hartree and gradients. What does it not find? Choose two factors, both at least 2 (or at most 1/2): one for all energies of the small clusters, one for all forces. The file with these labels must be read without complaint.

# %% tags=["exercise"]
answer = ...  # (factor of the energies, factor of the forces)

check("11.2", answer, small)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Look at the formula above: on one side stand energies, on the other forces.
#
# </details>

# %% jupyter={"source_hidden": true} tags=["solution", "hide-input"]
answer = (units.mol / units.kcal, units.mol / units.kcal)  # kcal/mol and kcal/mol/Å

check_solution("11.2", answer, small)

# %% [markdown]
# ### Exercise 11.3: The labels that were not there
#
# **10 minutes** · spot the mistake
#
# In 2024, people who trained on files of their own saw a loss of exactly 0 in every epoch, beside exceptionally high errors ([mace #364](https://github.com/ACEsuit/mace/issues/364); a workflow program met the same in 2025, [psiflow #93](https://github.com/molmod/psiflow/issues/93)). A new version of ASE had begun to move `energy` and `forces` of an extended XYZ file out of `info` and `arrays` into a calculator. The training program still looked in the old place, and went on like this:
#
# ```python
# energy = structure.info.get("energy")
# forces = structure.arrays.get("forces")
# if energy is None:
#     energy, energy_weight = 0.0, 0.0
# if forces is None:
#     forces, forces_weight = np.zeros((len(structure), 3)), 0.0
# ```
#
# What is wrong with it? Write a reader that finds the labels in both places, and does the right thing if they are in neither.

# %% tags=["exercise"]
def labels_in(structure):
    """Energy (float, eV) and forces ((n_atoms, 3), eV/Å) of a structure that ASE has read, as a tuple.

    They are in `structure.calc.results` as "energy" and "forces" (`calc` is None if there are
    none), or in `structure.info` and `structure.arrays` as "REF_energy" and "REF_forces".
    Raises a ValueError if one is missing.
    """
    return ...


check("11.3", labels_in)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `info`, `arrays` and `results` are dictionaries: `get(name)` gives None for what is missing, `get(name, other)` gives `other`. An energy of 0 is an energy.
#
# </details>

# %% jupyter={"source_hidden": true} tags=["solution", "hide-input"]
def labels_in(structure):
    results = structure.calc.results if structure.calc else {}
    energy = structure.info.get("REF_energy", results.get("energy"))
    forces = structure.arrays.get("REF_forces", results.get("forces"))
    if energy is None or forces is None:
        raise ValueError("This structure lacks its energy or its forces.")
    return energy, forces


check_solution("11.3", labels_in)

# %% [markdown]
# ## 2. Split
#
# In every one of these short runs the gold atoms sit in other places. Frames of one run resemble each other (lesson 6), so whole runs are drawn: `by="trajectory"`. For one long trajectory, `by="time"` draws blocks of frames. One composition is kept apart altogether.

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
# The [descriptor](01_principle.ipynb#Terminology) follows from the elements: a sphere of 2.6 covalent radii (the tail of an atom reaches in from 1.9 Å further), narrower Gaussians for small atoms, and as many functions as keep the number of features below 500. The derivatives of all features by all coordinates are large, but never needed all at once.

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
# An error says nothing by itself. It stands here beside the **spread of the labels** (what a model makes that always predicts the mean energy of a composition, and no force) and beside a **pair potential**: free curves of the distance, one for each pair of elements, fitted to the same training frames.
#
# **What do you expect?** No frame of Au19Cu19 was trained on, but poorer and richer clusters were. What is worse than for the compositions of the training frames?
#
# - **A** Nothing: 50 % of gold lies between the shares that were trained on.
# - **B** Energies more than forces.
# - **C** Forces more than energies.

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
# **Answer: B.** Both errors are larger than those of the seen compositions (not A), and that of the energies grows by the larger factor (not C). Most energy errors have one sign. Forces do not say how the energy changes when one element takes the place of another; only other compositions do.
#
# Two more things to read off:
#
# - Errors on training frames are half of those on test frames, although each member left out a fifth of them. A report that shows the first alone flatters.
# - The pair potential takes off about half of the spread of the forces, or more, and of the energies about half in the training and test parts, and nothing in the calibration part. For the unseen composition its energy fails: what a pair is worth depends on what surrounds it.

# %% [markdown]
# The training frames, in their order in the list, for the exercise that follows:

# %%
from itertools import groupby

numbered = enumerate(parts["training"])
for formula, group in groupby(numbered, key=lambda one: one[1].get_chemical_formula()):
    rows = [row for row, _ in group]
    print(f"{formula}: frames {rows[0]} to {rows[-1]}, two or more of each run in a row")

# %% [markdown]
# ### Exercise 11.4: Which frames deserve a label?
#
# **12 minutes** · open-ended
#
# Suppose that the training frames have no labels yet, and that labels are paid for by the atom: you can afford 280 atoms (the 52 frames have 1,432). Choose frames, by their numbers in `parts["training"]`. One model is fitted to them and tested on the composition that nobody has seen. Reach 32 meV/Å and 5 meV/atom. A model takes less than a second, so try several choices.

# %% tags=["exercise"]
answer = ...  # a list of whole numbers

check("11.4", answer, parts, soap)

# %% [markdown]
# <details><summary>Hint</summary>
#
# A cluster of 13 has 12 atoms on its surface; one of 55 has 13 inside. Frames of one run follow each other closely in time. `range(0, 32, 4)` has every fourth number from 0 to 31; `[*range(0, 32, 4), 40]` adds one more.
#
# </details>

# %% jupyter={"source_hidden": true} tags=["solution", "hide-input"]
answer = [*range(0, 32, 4), 34, 40, 46]  # eight small clusters of eight runs, three large ones of three

check_solution("11.4", answer, parts, soap)

# %% [markdown]
# ## 5. Check, and calibrate
#
# Errors are statistics. These are not: they must hold to the last digits, for this force field and for every other.

# %%
from forcefield.force_field_checks import check_force_field

passed = check_force_field(parts["test"][0], calculator)
for result in passed:
    print(result)

# %% [markdown]
# Now the promise for a single atom: with which factor must the committee's spread be multiplied, so that nine of ten errors are below it? The calibration part says (split conformal prediction, lesson 8).
#
# **What do you expect?** The bound was made on compositions that were trained on. On how many atoms of the unseen composition does it hold?
#
# - **A** On clearly fewer than nine in ten: errors are larger there.
# - **B** On about nine in ten or more: where errors are larger, the spread is larger too.
# - **C** On all of them.

# %%
from forcefield.own_committee import force_bound

factor = force_bound(found["calibration"], coverage=0.9)

# %% jupyter={"source_hidden": true} tags=["hide-input"]
report("bound divided by spread", factor, at_least=1.5, at_most=7)
for name in ("test", "never trained on"):
    share = table[name]["atoms within the 90 % bound"]
    report(f"share of atoms within their bound, {name}", share, "%", at_least=75, at_most=100)

# %% [markdown]
# **Answer: B.** The bound is a factor times the spread of each atom, and the members disagree more where they were not trained (not A). It is no guarantee for the single atom (not C), and nothing promises the same far from all data: there you have to look again.

# %% [markdown]
# ## 6. Use it, and let it ask
#
# The calculator works with everything in ASE. Relax a cluster of the unseen composition, heat it at once to 1500 K, three times hotter than any training frame, and stop where the bound of some atom passes 0.3 eV/Å.
#
# **What do you expect?** When does the run stop?
#
# - **A** In its first few steps: 1500 K is far outside the training data.
# - **B** After some time, when one atom gets to where no training frame had one.
# - **C** Not at all: the composition lies between those that were trained on.

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
# **Answer: B.** A hot cluster begins in the positions of a cold one (not A). Its atoms move through more and more of what the training frames have, and one of them leaves it (not C).
#
# The run and its spreads are in `data/copper_gold_run.extxyz`: ASE, OVITO and others read it. The frame that the committee asks for has no labels yet. With your own data this is where you go back to your reference program. Here the program is EMT, and we can ask it. Is the force field really wrong there?

# %% jupyter={"source_hidden": true} tags=["hide-input"]
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

# %% [markdown]
# ### Exercise 11.5: Stress or virial?
#
# **8 minutes** · spot the mistake
#
# Crystals have one more label, the [stress](09_crystals.ipynb). Programs differ in what they take: GAP wants the virial, minus the derivative of the energy by the strain, in eV. "Which sign?" has been asked of [QUIP #227](https://github.com/libAtoms/QUIP/issues/227) and of [MACE #1110](https://github.com/ACEsuit/mace/issues/1110), and the stress of mace-jax had another sign than the labels that ASE reads ([#12](https://github.com/ACEsuit/mace-jax/pull/12)). These lines make both mistakes that the first thread warns of:
#
# ```python
# xx, yy, zz, xy, yz, zx = atoms.get_stress()  # eV/Å³
# virial = atoms.get_volume() * np.array([[xx, xy, zx], [xy, yy, yz], [zx, yz, zz]])
# ```
#
# Write it right: it is the way back from exercise 9.2. The check strains a crystal and compares with its energies.

# %% tags=["exercise"]
def virial_of(atoms):
    """Virial ((3, 3), eV): minus the derivative of the energy by the strain.

    `atoms` is a crystal with a calculator. ASE's `get_stress` gives eV/Å³, positive where a
    crystal pulls.
    """
    return ...


check("11.5", virial_of)

# %% [markdown]
# <details><summary>Hint</summary>
#
# `atoms.get_stress(voigt=False)` has all nine components, and no order to mistake. The stress is the derivative of the energy by the strain, divided by the volume.
#
# </details>

# %% jupyter={"source_hidden": true} tags=["solution", "hide-input"]
def virial_of(atoms):
    return -atoms.get_volume() * atoms.get_stress(voigt=False)


check_solution("11.5", virial_of)

# %% [markdown]
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
# Sections 1 to 5 and the report in one call. The file is lesson 10's: malonaldehyde, labelled by density-functional theory. We take every fifth frame; there is one composition, so blocks of time are drawn: some for calibration, some for the test.
#
# **What do you expect?** Neither part was trained on, and both come from one file. How different are their force errors?
#
# - **A** By a few per cent: both are means over some hundred atoms.
# - **B** By half or more.
# - **C** The test part is always worse: the calibration part was used before.

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
ratio = molecule.table["calibration"]["forces, committee"] / molecule.table["test"]["forces, committee"]
report("molecule, calibration's force error divided by the test's", ratio, at_least=1.5, at_most=12)
covered_share = molecule.table["test"]["atoms within the 90 % bound"]
report("molecule, share of atoms of the test part within their bound", covered_share, "%", at_least=75)

# %% [markdown]
# **Answer: B.** In a few of the hottest frames the ring is open (lesson 10), and it is a matter of the draw which part gets them. One such frame outweighs twenty others in a mean (not A); the calibration part gave one factor, which moves no force (not C). The spread of the committee is largest in such frames too, and that is what it is for.

# %% [markdown]
# ## Summary
#
# - A file is read with checks that need no model: net force and torque for noise, energy differences against forces for units and sign. What would make a fit wrong is an error with its remedy, and nothing is left out unless you say so.
# - Whole runs are split, and one composition is kept apart: mean errors of at most 1 meV/atom and 15 meV/Å on the compositions trained on, of at most 3 meV/atom and 30 meV/Å on the one between them.
# - Errors stand beside the spread of the labels and a pair potential. Symmetries and gradients are checked to the last digits, on the model that was loaded from its files.
# - The bound of nine in ten errors comes from a part that trained nothing, and a run at 1500 K stopped where it passed 0.3 eV/Å and asked for a label.
# - The report, the members and the data in the form of MACE, GAP and n2p2 are what you keep.

# %% [markdown]
# ## Quiz

# %%
quiz(11)

# %%
progress(11)

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
