# %% [markdown]
# # 0. Start here
#
# **This course teaches machine-learned force fields**: models that learn the energy of atoms from examples, and give the forces on the atoms as its derivatives. You build one by hand for two atoms. Then you use the same ideas for a cluster, for molecular dynamics and for a crystal.
#
# **You will learn**
#
# - what the lessons are about, and in which order to take them,
# - how to run a notebook, change it, and undo what you changed,
# - how to move a slider with the mouse and with the keyboard,
# - whether everything works on this computer.
#
# **You need** some Python (functions, loops, numpy arrays) and what a derivative is. Quantum mechanics and machine learning are explained where they come up.
#
# **Time**: about 10 minutes; all cells run in seconds.

# %% [markdown]
# ## 1. The map
#
# | lesson | you leave with | minutes |
# |---|---|---|
# | [0. Start here](00_start_here.ipynb) | the map, and a check that everything works | 10 |
# | **Part I: two atoms** | | |
# | [1. Principle](01_principle.ipynb) | what a force field is; descriptor, Jacobian and chain rule; the loss; the [terms and symbols](01_principle.ipynb#Terminology) | 50 |
# | [2. Dataset](02_dataset.ipynb) | 200 labelled pairs of atoms, their descriptors, and derivatives that you have checked | 60 |
# | [3. Training](03_training.ipynb) | a network trained on energies and forces, first step by step, then quickly | 55 |
# | [4. Analysis](04_analysis.ipynb) | errors on points never seen, baselines to compare with, and what breaks | 60 |
# | **Part II: what makes it good** | | |
# | [5. Experiments](05_experiments.ipynb) | what energies, forces, labels and descriptor settings each contribute | 50 |
# | **Part III: real systems** | | |
# | [6. Many atoms](06_many_atoms.ipynb) | a force field for a cluster of 13 copper atoms | 45 |
# | [7. Dynamics](07_dynamics.ipynb) | the model at work: relaxation, vibrations, atoms that move | 45 |
# | [8. Uncertainty](08_uncertainty.ipynb) | a model that knows when it does not know, and asks for its own labels | 55 |
# | [9. Crystals](09_crystals.ipynb) | copper that repeats in space, and its measurable properties | 60 |
#
# Part I teaches the whole [tutorial on forces and energies](https://singroup.github.io/dscribe/latest/tutorials/machine_learning/forces_and_energies.html) of DScribe, the library that computes the descriptors. Parts II and III build on it. Every lesson runs by itself, in any order; what an earlier lesson made, a later one finds or makes again.

# %% [markdown]
# ## 2. How a notebook works
#
# A notebook is a page of **cells**. Some hold text, some hold code. What a code cell prints or draws stands right below it. The outputs that you see now were stored with the course; run the cells to make your own.
#
# | to do this | mouse | keyboard |
# |---|---|---|
# | run a cell and go to the next | ▶ in the toolbar | `Shift`+`Enter` |
# | run everything from the top | *Run > Run All Cells* | |
# | stop a cell that takes too long | ■ in the toolbar | `I` `I` (press `Esc` first) |
# | forget all variables, begin anew | *Kernel > Restart Kernel and Run All Cells…* | `0` `0`, then run the cells |
# | change a cell | click into it | `Enter`; `Esc` when done |
#
# The number in brackets beside a cell says when it ran: `[3]` was the third. `[*]` means that it is still running. Cells share their variables, so **run them from top to bottom**. Try the first one:

# %%
atoms_in_a_dimer = 2
print("Two dimers have", 2 * atoms_in_a_dimer, "atoms.")

# %% [markdown]
# ### Change things, and undo them
#
# Change numbers, break cells, try your own ideas: nothing can be damaged that you cannot get back.
#
# | what happened | what to do |
# |---|---|
# | a wrong edit in a cell | `Ctrl`+`Z` inside the cell (`Cmd`+`Z` on a Mac) |
# | an error, or strange numbers | *Kernel > Restart Kernel and Run All Cells…*: often a cell ran out of order |
# | you want the page back as it was last saved (JupyterLab also saves by itself every two minutes) | *File > Reload Notebook from Disk* |
# | you want the lesson back as it came | *File > New > Terminal*, then `git restore notebooks/01_principle.ipynb` (the name of the lesson; needs a copy made with git), then *File > Reload Notebook from Disk* |
#
# Some cells check a result with `assert`. If you change something above such a cell, it may stop with an `AssertionError`, and an arrow points to the promise that no longer holds. That is a result too: it tells what your change did.
#
# ### Where things are saved
#
# Lessons save data sets and models in the folder `data/`, beside the notebooks. Delete a file there whenever you like: the lesson that needs it makes it again.
#
# **On Binder** everything is gone when you close the page or leave it alone for about ten minutes. Download what you want to keep (*File > Download*).

# %% [markdown]
# ## 3. Check that everything works
#
# ### The packages
#
# The file `environment.yml` lists every package of the course with its exact version. This cell compares the ones that the lessons use with what is installed here.

# %%
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
    expected = pinned.get(name, here)
    print(f"{name:13}{here:8}", "as listed" if name in pinned and here == expected else "")
    if here != expected:
        print(f"{'':13}The course was tested with {expected}: other digits are possible.")

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

from forcefield.systems import EPSILON, SIGMA, lennard_jones

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
# Later lessons have sliders that redraw a figure while you move them. This one changes a sentence.
#
# - **Mouse**: drag the handle, or click on the line.
# - **Keyboard**: click the handle once, or reach it with `Tab`. `←` and `→` move it by one step, `Page Up` and `Page Down` by several, `Home` and `End` to the ends.
# - **Exact values**: type the number into the box and press `Enter`.
#
# A slider needs a running notebook: run the cell first. If you see only a line of text that begins with `VBox`, the notebook is not running.

# %%
import ipywidgets

slider = ipywidgets.IntSlider(value=3, min=1, max=20, description="dimers")
box = ipywidgets.BoundedIntText(value=3, min=1, max=20, description="dimers", layout={"width": "160px"})
sentence = ipywidgets.Label()
_ = ipywidgets.link((slider, "value"), (box, "value"))


def count_atoms(change=None):
    """Write the sentence that belongs to the slider's value."""
    sentence.value = f"Atoms in all dimers: {2 * slider.value}"


slider.observe(count_atoms, "value")
count_atoms()
ipywidgets.VBox([slider, box, sentence])

# %% [markdown]
# The same slider can be moved by code. That is how this cell tests it: the box and the sentence must follow.

# %%
slider.value = 7
assert box.value == 7
assert sentence.value == "Atoms in all dimers: 14"
slider.value = 3
print("The box and the sentence follow the slider.")

# %% [markdown]
# ### A picture
#
# Every figure of the course has a text that says what it shows, for readers who cannot see it.

# %%
import numpy as np
from matplotlib import pyplot as plt

from forcefield.plots import COLOURS, show, use_course_style

use_course_style()
distances = np.linspace(2.7, 6.0, 200)
figure, axes = plt.subplots(figsize=(6, 3))
_ = axes.plot(distances, lennard_jones(distances)[0], color=COLOURS["truth"])
_ = axes.set(xlabel="distance (Å)", ylabel="energy (eV)")
show(figure, "Energy of two atoms against their distance: a steep wall, a well, and a long flat tail.")

# %% [markdown]
# You should see one curve with a well. If you came this far without an error, the last cell says so.

# %%
print("Everything works.")

# %% [markdown]
# ## Summary
#
# - Run cells from top to bottom with `Shift`+`Enter`; after trouble, restart the kernel and run all.
# - Change what you like: `git restore` and *Reload Notebook from Disk* bring a lesson back.
# - Files that lessons share are in `data/`, and can be deleted.
# - A descriptor, a gradient, a slider and a picture work here.
#
# ## Questions
#
# **1.** You change a number in the third cell and run only the tenth. Why may the tenth not notice?
#
# <details><summary>Answer</summary>
#
# Cells share variables, not text. Until the third cell runs again, its variables keep their old values. When in doubt, restart and run all.
#
# </details>
#
# **2.** You have deleted a file in `data/`. What happens when a later lesson needs it?
#
# <details><summary>Answer</summary>
#
# The lesson makes the file again, and prints that it did.
#
# </details>
#
# **3.** The slider above shows, but its sentence does not follow when you move it. What is the likely reason?
#
# <details><summary>Answer</summary>
#
# The sentence is written by Python, so the notebook must be running. After a restart of the kernel the picture of the slider is still there, but nobody listens: run the cell again.
#
# </details>
#
# ## Next
#
# [1. Principle](01_principle.ipynb): what a force field is, and how a model of energies gives forces.
