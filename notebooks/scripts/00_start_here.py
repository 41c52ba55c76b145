# %% [markdown]
# # 0. Start here
#
# **This course teaches machine-learned force fields**: models that learn the energy of atoms from examples, and give the forces on the atoms as derivatives of that energy. You build one by hand for two atoms. Then you use the same ideas for a cluster (a small group of atoms), for molecular dynamics (atoms that move under their forces), for a crystal, and for a reaction computed from quantum mechanics.
#
# **You will learn**
#
# - what the lessons are about, and which way through them is yours,
# - how to run a notebook, change it, and undo what you changed,
# - how exercises, questions and sliders work,
# - that everything works on this computer.
#
# **You need** some Python (functions, loops, numpy arrays) and to know what a derivative is; section 3 tests it. Quantum mechanics and machine learning are explained where they are first needed.
#
# **Time** about 25 minutes to read and run, 5 for the exercises; all cells run in seconds.

# %% [markdown]
# ## 1. The map
#
# An arrow says that a lesson builds on another. Lessons 5 and 9 stand beside the path: nothing later needs them.

# %% jupyter={"source_hidden": true} tags=["hide-input"]
from forcefield.course_map import ALT, course_map
from forcefield.exercises import check, check_solution, progress, progress_of_all, quiz, self_test
from forcefield.lesson import start_lesson
from forcefield.plots import LINES, show

start_lesson()  # one processor core for all computations, and one style for all figures
show(course_map(), ALT)

# %% [markdown]
# | lesson | you leave with | minutes |
# |---|---|---|
# | [0. Start here](00_start_here.ipynb) | the map, and a check that everything works | 25 + 5 |
# | **Part I: two atoms** | | |
# | [1. Principle](01_principle.ipynb) | what a force field is; descriptor, Jacobian and chain rule; the loss; the [terms and symbols](01_principle.ipynb#Terminology) | 65 + 45 |
# | [2. Dataset](02_dataset.ipynb) | 200 labelled pairs of atoms, their descriptors, and derivatives that you have checked | 70 + 45 |
# | [3. Training](03_training.ipynb) | a network trained on energies and forces, first step by step, then quickly | 100 + 50 |
# | [4. Analysis](04_analysis.ipynb) | errors on points never seen, baselines to compare with, and what breaks | 85 + 50 |
# | **Part II: what makes it good** | | |
# | [5. Experiments](05_experiments.ipynb) | what energies, forces, labels and descriptor settings each contribute | 80 + 40 |
# | **Part III: real systems** | | |
# | [6. Many atoms](06_many_atoms.ipynb) | a force field for a cluster of 13 copper atoms | 75 + 40 |
# | [7. Dynamics](07_dynamics.ipynb) | the model at work: relaxation, vibrations, atoms that move | 65 + 35 |
# | [8. Uncertainty](08_uncertainty.ipynb) | several models whose disagreement estimates the error, and which labels to add | 80 + 40 |
# | [9. Crystals](09_crystals.ipynb) | copper that repeats in space, and its measurable properties | 85 + 50 |
# | **Part IV: your own** | | |
# | [10. A proton that hops](10_molecule.ipynb) | a reaction learned from quantum mechanics: barrier, path, vibrations, dynamics | 80 + 50 |
# | [11. Your own](11_your_own.ipynb) | your file of labelled structures in, a tested force field and its report out | 55 + 45 |
#
# Minutes are for reading and running + for the exercises.
#
# Part I teaches the whole [tutorial on forces and energies](https://singroup.github.io/dscribe/latest/tutorials/machine_learning/forces_and_energies.html) of DScribe, the library that computes the descriptors (numbers that describe where the atoms are). Parts II to IV build on it. Every lesson runs by itself, in any order: if it needs a file of an earlier lesson and the file is not there, it makes the file again.

# %% [markdown]
# ## 2. How a notebook works
#
# A notebook is a page of **cells**. Some hold text, some hold code. What a code cell prints or draws, its **output**, stands right below it. The outputs that you see now were stored with the course; run the cells to make your own.
#
# The code is run by a program behind the page, the **kernel**: it runs Python and remembers all variables. JupyterLab, the program that shows this page, starts one kernel for each notebook that you open. **Nothing runs by itself**: a notebook that you open shows stored outputs, and its sliders appear when you run it. Some cells that only draw are folded to one line with three dots; click the dots to see their code.
#
# | to do this | mouse | keyboard |
# |---|---|---|
# | run a cell and go to the next | ▶ in the toolbar | `Shift`+`Enter` |
# | run everything from the top | *Run > Run All Cells* | |
# | stop a cell that takes too long | ■ in the toolbar | `I` `I` (press `Esc` first) |
# | forget all variables and run everything again | *Kernel > Restart Kernel and Run All Cells…* | `0` `0` (press `Esc` first), then run the cells |
# | change a cell | click into it | `Enter`; `Esc` when done |
#
# The number in brackets beside a cell says when it ran: `[3]` was the third. `[*]` means that it is running, or waits for another cell that is. All cells share their variables, so **run them from top to bottom**. Try the first one:

# %%
atoms_in_a_dimer = 2
print("Two dimers have", 2 * atoms_in_a_dimer, "atoms.")

# %% [markdown]
# ### Change things, and undo them
#
# Change numbers, make mistakes, try your own ideas: everything that came with the course can be brought back.
#
# | what happened | what to do |
# |---|---|
# | a wrong edit in a cell | `Ctrl`+`Z` inside the cell (`Cmd`+`Z` on a Mac) |
# | an error, or strange numbers | *Kernel > Restart Kernel and Run All Cells…*: often a cell ran out of order |
# | you want the page as it was last saved (JupyterLab saves by itself every two minutes) | *File > Reload Notebook from Disk* |
# | you want the lesson as it came | *File > New > Terminal*, then `git restore notebooks/01_principle.ipynb` (with the name of the lesson; works if the course was copied with git), then *File > Reload Notebook from Disk*. This removes your changes: keep a copy first with *File > Save Notebook As…* |
#
# Some cells check a result with `assert`, which stops if a condition is not true. If you change something above such a cell, it may stop with an `AssertionError`, and an arrow points to the condition that no longer holds. That is a result too: it tells what your change did.
#
# ### Where things are saved
#
# Lessons save data sets and models in the folder `data/`, beside the notebooks. What a lesson saved there, it can make again.
#
# **Binder** is a free service that runs this course on a computer of its own and shows it in your browser. If the address of this page begins with `http://localhost` or `http://127.0.0.1`, you are not on Binder but on your own computer. On Binder everything is deleted when you close the page or do not use it for about ten minutes.
#
# So **pack your work before you leave**: the first button below makes one file of it, which your browser keeps; the second brings it back, on Binder or on another computer. Packed are the lessons that you changed, notebooks of your own, and which exercises you have solved. Save the notebooks first (*File > Save All*). If a lesson has changed here in the meantime, it is kept as `NAME_before_1`.

# %%
from forcefield.my_work import my_work

my_work()

# %% [markdown]
# **Memory** is the other limit. The bar at the bottom of JupyterLab shows how much is used; Binder has 2 GB for all open lessons together. When a new lesson needs room, the one that rested longest is stopped: its page stays, its variables are gone, and you run it again. Better, stop the lessons that you have finished: *Kernel > Shut Down Kernel*.

# %% [markdown]
# ## 3. Are you ready? A test of five minutes
#
# Seven questions on what the course takes for granted. Choose an answer (by mouse, or with `Tab` and the arrow keys); what it overlooks stands below it at once, and at the end stands where to begin. Nobody else sees your answers.

# %%
self_test()

# %% [markdown]
# | right | begin with |
# |---|---|
# | 6 or 7 | [lesson 1](01_principle.ipynb), or the way of section 4 that suits you |
# | 4 or 5 | the pages named at the questions that you missed, about an hour; then [lesson 1](01_principle.ipynb) |
# | 0 to 3 | the way of one hour below: it needs no formula. Then the pages named, an evening or two, and this test again |
#
# ## 4. Three ways through
#
# | you have | do this | you leave with |
# |---|---|---|
# | **an hour**, and no need of formulas | Open a lesson, *Run > Run All Cells*, and go to its sliders (press `Ctrl`+`F`, search for "Try"): [lesson 1](01_principle.ipynb), energy and force of two atoms; [lesson 4](04_analysis.ipynb), the pair that moves, where a perfect model fails; [lesson 8](08_uncertainty.ipynb), several models that disagree; [lesson 10](10_molecule.ipynb), the proton. Fifteen minutes each. | what a force field is, how it fails, and how one notices |
# | **a day** | [Lesson 1](01_principle.ipynb) and [lesson 2](02_dataset.ipynb) up to the derivatives, in the morning; then [lesson 3](03_training.ipynb), sections 1 to 4 and 10. After lunch [lesson 4](04_analysis.ipynb) and [lesson 6](06_many_atoms.ipynb); at the end [lesson 8](08_uncertainty.ipynb), its first four sections. Leave out what says "(optional)", and do the first exercise of each lesson. | a force field of your own making, and a fair test of it |
# | **all the time it takes** | Lessons 1 to 11 in the order of the map, with the exercises. One lesson a week is a good pace for a term. | a force field from your own data, and a report on how far to trust it |
#
# ## 5. How the lessons ask
#
# ### What do you expect?
#
# Before a main result, a lesson asks what you expect. **Choose an answer before you go on.** Then comes the figure, and then the answer, with what is wrong about the others. A wrong guess costs nothing: those who predict the outcome of a demonstration before they see it understand it better ([Crouch et al. 2004](https://doi.org/10.1119/1.1707018)). Here is one to try:
#
# **What do you expect?** The energy of two atoms falls steeply as they move apart, has a minimum, and rises slowly towards zero. At which distance is the force on each of them zero?
#
# - **A** Where the energy crosses zero.
# - **B** Where the energy has its minimum.
# - **C** Where the energy rises most steeply.

# %% jupyter={"source_hidden": true} tags=["hide-input"]
import numpy as np
from matplotlib import pyplot as plt

from forcefield.systems import lennard_jones

distances = np.linspace(2.75, 6.0, 300)
energies, forces = lennard_jones(distances)
figure, (above, below) = plt.subplots(2, 1, figsize=(6, 4), sharex=True)
above.plot(distances, energies, **LINES["truth"])
below.plot(distances, forces, **LINES["model"])
for axes in (above, below):
    axes.axhline(0, color="0.6", linewidth=0.8)
    axes.axvline(distances[energies.argmin()], color="0.6", linestyle=":")
above.set(ylabel="energy (eV)", ylim=(-1.2, 1.2))
below.set(xlabel="distance (Å)", ylabel="force (eV/Å)", ylim=(-3, 3))
alt = (
    "Two curves against the distance of two atoms. Above, the energy: a steep wall, a minimum, a long flat tail. "
    "Below, the force: positive left of the minimum, zero at it, negative to the right of it."
)
show(figure, alt)

# %% [markdown]
# **Answer: B.** The force is minus the slope of the energy, and at the minimum (dotted line) the slope is zero. Where the energy crosses zero (A) it falls steeply, so the atoms push each other apart: where zero energy lies is a convention, and forces do not depend on it. Where the energy rises most steeply (C) the pull is strongest.
#
# ### Exercises
#
# An exercise stands directly after the section that it belongs to. It has four parts: what to reach and how many minutes it takes; a cell for your answer; a folded hint; and a folded solution. (In the edition that teachers hand out, solutions and folded answers are left out; the picture of the right answer stays.)
#
# - **Write your answer in place of the three dots**, then run the cell. The check tries what your answer *does*, in several cases; there is more than one right way to write it.
# - If something is wrong, a sentence says what. Change the answer and run the cell again, as often as you like. An error in your code, or a loop without end, stops nothing but the check.
# - An exercise that you leave open stops nothing either: the rest of the lesson runs.
# - The **solution** is a folded cell: click the three dots to see its code. *Run All* has run it already, and below it stands the picture that a right answer makes. Look at it when you are stuck, and compare when you are done.
# - "**spot the mistake**" stands for a mistake that somebody has really made and published. "**open-ended**" means that many answers are right: what counts is what yours reaches.
#
# A first one:

# %% [markdown]
# ### Exercise 0.1: How many atoms?
#
# **2 minutes**
#
# A dimer is a pair of atoms. Write a function that says how many atoms there are in a number of dimers.

# %% tags=["exercise"]
def atoms_of(dimers):
    """Number of atoms (int) in `dimers` pairs of atoms (int)."""
    return ...


check("0.1", atoms_of)

# %% [markdown]
# <details><summary>Hint</summary>
#
# Write what stands in place of the dots with the name `dimers`, and with the number of atoms in one pair.
#
# </details>

# %% jupyter={"source_hidden": true} tags=["solution", "hide-input"]
def atoms_of(dimers):
    return 2 * dimers


check_solution("0.1", atoms_of)

# %% [markdown]
# ### Explorers, questions, progress
#
# An **explorer** is a figure with sliders. Below it stands what to **try**, with folded answers. At the end of each lesson, three questions tell you at once whether you are right; and a line counts the exercises that you have solved. This page counts them all:

# %%
progress_of_all()

# %% [markdown]
# ## 6. Check that everything works
#
# ### The packages
#
# A package is a library that others wrote. The file `environment.yml` lists every package of the course with its exact version. This cell compares the ones that the lessons use with what is installed here.

# %% jupyter={"source_hidden": true} tags=["hide-input"]
import re
from importlib.metadata import version
from pathlib import Path

packages = ["numpy", "scipy", "ase", "dscribe", "torch", "scikit-learn", "matplotlib", "ipywidgets"]
environment = Path("../environment.yml")
listed = environment.read_text(encoding="utf-8") if environment.is_file() else ""
pinned = dict(re.findall(r"^ *- ([\w.-]+)==([\w.]+)", listed, flags=re.MULTILINE))
if not pinned:
    print("There is no environment.yml one folder up: versions are shown, not compared.")
for name in packages:
    here = version(name).split("+")[0]  # torch adds how it was built: 2.13.0+cpu
    remark = "as listed" if here == pinned.get(name) else ""
    if name in pinned and not remark:
        remark = f"The course was tested with {pinned[name]}: other digits are possible."
    print(f"{name:13}{here:8}", remark)

# %% [markdown]
# ### A descriptor
#
# A descriptor turns the positions of atoms into numbers that a model can learn from. This is the descriptor SOAP of two hydrogen atoms 3 Å apart, seen from the point between them. Lessons 1 and 2 say what the six numbers mean.

# %%
from forcefield.descriptors import MIDPOINT, describe, make_soap
from forcefield.systems import dimers

descriptors, derivatives = describe(make_soap(), dimers([3.0]), [MIDPOINT])
print("shape:", descriptors.shape)
print(descriptors[0, 0].round(3))
assert descriptors.shape == (1, 1, 6)

# %% [markdown]
# ### A gradient
#
# Forces are derivatives, and torch takes derivatives of what it computes. Here it takes the slope of an energy curve of two atoms, 3 Å apart; the second number comes from a formula. Both must be the same.

# %%
import torch

from forcefield.systems import EPSILON, SIGMA

distance = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
energy = 4 * EPSILON * ((SIGMA / distance) ** 12 - (SIGMA / distance) ** 6)
energy.backward()
_, force = lennard_jones(3.0)
print(f"force from torch:       {-distance.grad.item():.6f} eV/Å")
print(f"force from the formula: {force:.6f} eV/Å")
assert abs(-distance.grad.item() - force) < 1e-10

# %% [markdown]
# ### A slider
#
# Later lessons have sliders that redraw a figure while you move them. This one changes a sentence. Run the cell below: the slider, a box with its value and a *Reset* button appear above the sentence.
#
# - **Mouse**: drag the handle, or click on the line.
# - **Keyboard**: click the handle once, or reach it with `Tab`. `←` and `→` move it by one step, `Page Up` and `Page Down` by several, `Home` and `End` to the ends.
# - **Exact values**: type the number into the box beside the line and press `Enter`.
# - **Reset** sets everything back.
#
# The sentence is computed by Python, so the slider needs a kernel. If it moves and the sentence does not follow, a line in bold says so.

# %%
from forcefield.explorers.base import WordExplorer
from forcefield.explorers.controls import slider


def count_atoms(n_dimers):
    """The sentence that belongs to the slider's value."""
    return f"{n_dimers} dimers (pairs of atoms) have {2 * n_dimers} atoms."


explorer = WordExplorer(count_atoms, {"n_dimers": slider("Number of dimers", 3, 1, 20, 1)})
explorer

# %% [markdown]
# The same slider can be moved by code. That is how this cell tests it: the sentence must follow.

# %%
explorer.controls["n_dimers"].value = 7
assert explorer.reading.sentence == "7 dimers (pairs of atoms) have 14 atoms."
explorer.reset()
print("The sentence follows the slider.")

# %% [markdown]
# ### Pictures
#
# You have seen two figures above. Each has a text that says what it shows, for readers who cannot see it. If no cell has stopped with an error, this last one says so.

# %%
print("Everything works.")

# %% [markdown]
# ## Summary
#
# - Run cells from top to bottom with `Shift`+`Enter`; after trouble, restart the kernel and run all.
# - Change what you like: `git restore` and *Reload Notebook from Disk* bring a lesson back.
# - Guess before you look; write answers in place of the three dots, and the check says what is still wrong.
# - Files that lessons share are in `data/`; a lesson makes what is missing.
# - A descriptor, a gradient, a slider and a picture work here.
#
# ## Quiz

# %%
quiz(0)

# %%
progress(0)

# %% [markdown]
# ## Next
#
# [1. Principle](01_principle.ipynb): what a force field is, and how a model of energies gives forces.
