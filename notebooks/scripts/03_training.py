# %% [markdown]
# # 3. Training
#
# **You will learn**
#
# - to write the whole training of a force field by hand: network, forces, loss, mini-batches, early stopping;
# - what `create_graph=True` does, and how training fails quietly without it;
# - to see where the noise and the slowness of such a recipe come from, and what L-BFGS and float64 do about them;
# - to check the gradient of a model and its forces with finite differences;
# - to choose the size of a network without looking at the test set, and to save the result.
#
# **You need** [lesson 1](01_principle.ipynb) (chain rule, loss) and [lesson 2](02_dataset.ipynb) (the data set); Python with numpy; what a neural network is, roughly.
#
# **Time** about 55 minutes, 15 of them exercises; all cells run in under a minute.

# %% [markdown]
# ## Training
#
# Part 1 (sections 1 to 6) follows the recipe of [DScribe's tutorial](https://singroup.github.io/dscribe/latest/tutorials/machine_learning/forces_and_energies.html), written out step by step.
# Part 2 (sections 7 to 12) asks why it is noisy and slow, and improves it one change at a time.

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch

from forcefield.evaluation import mean_absolute_error, report
from forcefield.plots import COLOURS, show, use_course_style

use_course_style()
torch.set_num_threads(1)  # matrices this small gain nothing from more, and the computer may be shared

# %% [markdown]
# ## 1. Thirty labels, and 170 that stay untouched
#
# The lesson finds the data set of lesson 2, or makes it again. As in the tutorial, 30 equally spaced distances are ours to learn from. The other 170 are the **test set**: nothing is fitted to them and nothing is chosen by them.

# %%
from forcefield.dataset import equally_spaced, split
from forcefield.prepared import dimer_dataset

data = dimer_dataset()
distances = data.positions[:, 1, 0] - data.positions[:, 0, 0]  # Å
labelled, test = equally_spaced(len(data), 30)

# %% [markdown]
# Of the 30, a seeded draw sets 20 % aside for **validation**: the fit does not see them, but they decide when it stops.

# %%
validation_part, training_part = split(len(labelled), [0.2], seed=0)
training, validation = labelled[training_part], labelled[validation_part]
print("training:", len(training), " validation:", len(validation), " test:", len(test))
assert len(set(training) | set(validation) | set(test)) == len(data)  # every point once

figure, axes = plt.subplots(figsize=(7, 3))
axes.plot(distances, data.energies, color=COLOURS["truth"], linewidth=1)
axes.plot(distances[training], data.energies[training], "o", color=COLOURS["training"], label="training")
axes.plot(distances[validation], data.energies[validation], "s", color=COLOURS["validation"], label="validation")
axes.set(xlabel="distance r (Å)", ylabel="energy E (eV)")
_ = axes.legend()
show(
    figure,
    "Energy against distance, with 24 training points as circles and 6 validation points as squares spread between them.",
)

# %% [markdown]
# The two ends are both in training here. That is luck of the draw, and it matters: a validation point beyond the last training point would measure something else, extrapolation.

# %% [markdown]
# ## 2. The same scale for all features
#
# A network learns best from inputs of size one. So we **standardise** each feature $k$ with the mean $\mu_k$ and the standard deviation $s_k$ of the *training* points: $x_k = (D_k - \mu_k)/s_k$.
#
# The network is now a function of $\mathbf{x}$, and the chain rule needs $\partial x_k/\partial\mathbf{R}$. As $\mu_k$ and $s_k$ are constants, $\dfrac{\partial x_k}{\partial\mathbf{R}} = \dfrac{1}{s_k}\dfrac{\partial D_k}{\partial\mathbf{R}}$: the mean drops out, the division stays.

# %%
descriptors = data.descriptors[:, 0]  # (200, 6): the one centre
derivatives = data.derivatives[:, 0]  # (200, 2, 3, 6), 1/Å
mean = descriptors[training].mean(axis=0)  # (6,)
scale = descriptors[training].std(axis=0)  # (6,)

inputs = (descriptors - mean) / scale  # (200, 6)
input_derivatives = derivatives / scale  # (200, 2, 3, 6): numpy divides along the last axis
print("inputs:", inputs.shape, " input_derivatives:", input_derivatives.shape)

# %% [markdown]
# Is that right? We move the atoms of one pair, compute SOAP again, and compare. The second line shows what happens if one forgets to divide the derivatives.

# %%
import ase

from forcefield.descriptors import MIDPOINT, describe, make_soap
from forcefield.gradients import central_difference


def inputs_at(positions):
    """Standardised features (6,) of two atoms at positions (2, 3) in Å."""
    moved, _ = describe(make_soap(), [ase.Atoms("HH", positions=positions)], centers=[MIDPOINT])
    return (moved[0, 0] - mean) / scale


numerical = central_difference(inputs_at, data.positions[60])  # (2, 3, 6)
right = np.abs(input_derivatives[60] - numerical).max()
print("divided by the scale: largest difference below 1e-6 1/Å:", right < 1e-6)
assert right < 1e-6
factors = derivatives[60, 1, 0] / numerical[1, 0]  # atom 1, x, every feature
print("not divided: every feature off by its factor", factors.round(2))

# %% [markdown]
# Without the division the contribution of every feature is off by its own factor (all below 1 here, so too small), and the forces are wrong, and **no error is raised**. Only a check like this one tells.

# %% [markdown]
# ## 3. The network, its forces, the loss
#
# The tutorial's network $f$ has one hidden layer of 5 sigmoid units (a sigmoid, $1/(1+e^{-z})$, is a smooth step from 0 to 1). All its weights start as draws from a normal distribution with standard deviation 1. It is small: $6\cdot5+5$ numbers in the first layer, $5+1$ in the second.


# %%
class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = torch.nn.Linear(6, 5)
        self.output = torch.nn.Linear(5, 1)
        torch.nn.init.normal_(self.hidden.weight, std=1.0)
        torch.nn.init.normal_(self.output.weight, std=1.0)

    def forward(self, x):  # (n, 6) -> (n,)
        return self.output(torch.sigmoid(self.hidden(x))).squeeze(-1)


print("weights to find:", sum(part.numel() for part in Network().parameters()))

# %% [markdown]
# Arrays become tensors, in float32 (about 7 digits) as in the tutorial. The variances of the training labels are the units of the loss ([lesson 1](01_principle.ipynb) shows why).


# %%
def as_tensors(systems, dtype=torch.float32):
    arrays = (inputs, input_derivatives, data.energies, data.forces)
    return [torch.tensor(array[systems], dtype=dtype) for array in arrays]


training_tensors, validation_tensors = as_tensors(training), as_tensors(validation)
energy_variance = data.energies[training].var()  # eV²
force_variance = data.forces[training].var()  # eV²/Å²

# %% [markdown]
# Energies are the network's output. Forces need its derivative with respect to its *input*, which `torch.autograd.grad` gives, and then the chain rule, with the minus sign of $\hat{\mathbf F} = -\partial\hat E/\partial\mathbf{R}$:
#
# $$\hat F_{sa\alpha} = -\sum_k \frac{\partial x_{sk}}{\partial R_{sa\alpha}}\,\frac{\partial f}{\partial x_{sk}}$$
#
# with $s$ the system, $a$ the atom, $\alpha$ the direction (the last letter of `sax` in the code) and $k$ the feature. No system's energy depends on another's input, so one gradient of the *sum* of energies holds the gradients of all.


# %%
def predict(network, x, dx, **keywords):
    """Energies (n,) and forces (n, 2, 3) from x (n, 6) and dx (n, 2, 3, 6); keywords go to torch."""
    x = x.detach().requires_grad_(True)  # we will ask for the gradient with respect to x
    energies = network(x)  # (n,)
    (gradient,) = torch.autograd.grad(energies.sum(), x, **keywords)  # (n, 6)
    forces = -torch.einsum("saxk,sk->sax", dx, gradient)  # (n, 2, 3)
    return energies, forces


def loss_of(network, tensors, **keywords):
    """Loss over the systems in the tensors: MSE(E)/var(E) + MSE(F)/var(F), no unit."""
    x, dx, true_energies, true_forces = tensors
    energies, forces = predict(network, x, dx, **keywords)
    energy_part = ((energies - true_energies) ** 2).mean() / energy_variance
    force_part = ((forces - true_forces) ** 2).mean() / force_variance
    return energy_part + force_part


# %% [markdown]
# ## 4. What `create_graph` does
#
# Training needs the derivative of the loss with respect to the *weights*. The loss holds forces, and forces are already a derivative. So torch must differentiate a derivative, and for that it must record how the first one was computed (its record is called the *graph*). `create_graph=True` says: record.
#
# What if we leave it out? First, this:

# %%
torch.manual_seed(0)
untrained = Network().double()  # float64, so that the finite differences below are sharp
exact_tensors = as_tensors(training, torch.float64)
try:
    loss_of(untrained, exact_tensors).backward()
except RuntimeError as problem:
    print("RuntimeError:", str(problem).split(" (")[0])

# %% [markdown]
# Good: a loud failure. The graph of the energies was thrown away after its first use. The rest of torch's message suggests `retain_graph=True`, which keeps that graph and nothing more. The error is gone. So is something else:

# %%
for keywords in ({"retain_graph": True}, {"create_graph": True}):
    _, some_forces = predict(untrained, *exact_tensors[:2], **keywords)
    print(keywords, "-> the forces depend on the weights, says torch:", some_forces.requires_grad)

# %% [markdown]
# With `retain_graph` the forces are plain numbers for torch. The loss still has a gradient, but it is that of the energies alone. Training runs, the loss even goes down, and the force labels do nothing. We check against a finite difference of the loss for one weight:

# %%
import copy


def loss_with(change):
    """Loss after a change of one weight, made in a copy of the network."""
    changed = copy.deepcopy(untrained)
    with torch.no_grad():
        changed.hidden.weight[0, 0] += change
    return loss_of(changed, exact_tensors).item()


energy_part = ((untrained(exact_tensors[0]) - exact_tensors[2]) ** 2).mean() / energy_variance
(energy_gradient,) = torch.autograd.grad(energy_part, untrained.hidden.weight)  # (5, 6)
numerical = (loss_with(1e-5) - loss_with(-1e-5)) / 2e-5
for keywords in ({"retain_graph": True}, {"create_graph": True}):
    (gradient,) = torch.autograd.grad(loss_of(untrained, exact_tensors, **keywords), untrained.hidden.weight)
    agrees = abs(gradient[0, 0].item() - numerical) < 1e-6 * abs(numerical)
    print(keywords, "-> right:", agrees, " that of energies alone:", torch.allclose(gradient, energy_gradient))
    assert agrees == ("create_graph" in keywords)

# %% [markdown]
# ## 5. Mini-batches, Adam, early stopping
#
# One **epoch** goes once through the 24 training points in random order, two at a time; such a handful is a **mini-batch**. After each, the optimiser *Adam* takes a step: it goes against a running mean of the gradients, about 0.01 (the learning rate) in every weight. So an epoch is 12 steps.


# %%
def one_epoch(network, optimizer, batch_size):
    for batch in torch.randperm(len(training)).split(batch_size):
        optimizer.zero_grad()
        loss_of(network, [values[batch] for values in training_tensors], create_graph=True).backward()
        optimizer.step()


# %% [markdown]
# After each epoch we look at the validation loss. If it is the lowest so far, we keep a copy of the weights. If it has not been the lowest for `patience` epochs in a row, we stop. The best weights are what we return.


# %%
def train_with_adam(seed, epochs, patience=100, batch_size=2, progress=None):
    torch.manual_seed(seed)  # initial weights and order of the points
    network = Network()
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    curve, best, best_epoch = [], np.inf, 0
    for epoch in range(epochs):
        one_epoch(network, optimizer, batch_size)
        curve.append([loss_of(network, part).item() for part in (training_tensors, validation_tensors)])
        if curve[-1][1] < best:
            best, best_epoch, best_weights = curve[-1][1], epoch, copy.deepcopy(network.state_dict())
        if progress is not None:
            progress((epoch + 1) / epochs, curve[-1][0], best)
        if epoch - best_epoch >= patience:
            break
    network.load_state_dict(best_weights)
    return network, np.array(curve)  # (epochs run, 2): training and validation loss


# %% [markdown]
# The bar shows how much of the allowed 300 epochs is done; it may end early.

# %% tags=["nbval-ignore-output"]
import time

from forcefield.progress import ProgressDisplay

adam_start = time.process_time()  # the processor's time: other programs do not count
with ProgressDisplay("The tutorial's recipe") as progress:
    adam_network, adam_curve = train_with_adam(seed=0, epochs=300, progress=progress)
adam_seconds = time.process_time() - adam_start
print(f"time: {adam_seconds:.2f} s (this machine)")

# %%
adam_epoch = adam_curve[:, 1].argmin()
report("lowest validation loss", adam_curve[adam_epoch, 1], at_most=0.01)

figure, axes = plt.subplots()
axes.semilogy(adam_curve[:, 0], color=COLOURS["training"], linewidth=1, label="training")
axes.semilogy(adam_curve[:, 1], color=COLOURS["validation"], linewidth=1, linestyle="--", label="validation")
axes.plot(adam_epoch, adam_curve[adam_epoch, 1], "o", markersize=9, color=COLOURS["truth"], label="best, kept")
axes.set(xlabel="epoch", ylabel="loss (no unit)")
_ = axes.legend(loc="upper right")
show(
    figure,
    "Training and validation loss against epoch on a logarithmic scale: both fall by orders of magnitude, "
    "with a zigzag all along; the lowest validation loss is marked.",
)

jumps = adam_curve[1:, 1] / adam_curve[:-1, 1]
report("largest rise from one epoch to the next, a factor of", jumps.max(), at_least=1.3)

# %% [markdown]
# A model that always says the mean would have a loss of about 2. The curves fall far below that, but not steadily: they zigzag, and single epochs jump up. That is why the *best* weights are kept and not the last.
#
# If the best epoch is close to the right end, it was the limit that ended the run, and more epochs would go lower. The tutorial allows 5000; we stay at 300 to keep the waiting short.

# %% [markdown]
# ## 6. When to stop
#
# The published script also keeps the best weights, but it counts differently: it stops after more than 20 epochs in a row that are each worse than *the one before*. But on a zigzag curve an epoch that is better than the one before soon comes along. What would each rule do on the curve above?


# %%
def longest_row(flags):
    longest = current = 0
    for flag in flags:
        current = current + 1 if flag else 0
        longest = max(longest, current)
    return longest


validation_curve = adam_curve[:, 1]
worse_than_previous = longest_row(validation_curve[1:] >= validation_curve[:-1])
not_the_best = longest_row(validation_curve[1:] >= np.minimum.accumulate(validation_curve)[:-1])
report("longest row of epochs worse than the one before", worse_than_previous, at_most=20)
report("longest row of epochs without a new best", not_the_best, at_least=21)

# %% [markdown]
# The published rule never fires on this curve: it would run on to its last epoch, whatever happens to the model. Comparing with the best so far is right. But on a curve this noisy a patience of 20 epochs fires too soon. How much would that have cost?

# %%
best_epochs = np.array([validation_curve[: epoch + 1].argmin() for epoch in range(len(validation_curve))])
early = np.argmax(np.arange(len(validation_curve)) - best_epochs >= 20)  # the first epoch at which 20 gives up
best_until_then = validation_curve[:early].min()
report("best loss with patience 20, divided by that with 100", best_until_then / validation_curve.min(), at_least=1.5)

# %% [markdown]
# So section 5 takes 100. To be honest: we chose it after looking at this one curve, and another seed may need more. The noise, not the model, dictates the patience; with less noise one would need less of it.

# %% [markdown]
# ## 7. Where the noise comes from
#
# **The seed.** Three more seeds, 60 epochs each. Same data, same recipe; other initial weights and another order of the points.

# %%
short_runs = [adam_curve[:60, 1]] + [train_with_adam(seed, epochs=60)[1][:, 1] for seed in (1, 2, 3)]

figure, axes = plt.subplots()
for seed, (run, style) in enumerate(zip(short_runs, ["-", "--", ":", "-."], strict=True)):
    axes.semilogy(np.minimum.accumulate(run), linestyle=style, label=f"seed {seed}")
axes.set(xlabel="epoch", ylabel="best validation loss so far")
_ = axes.legend()
show(
    figure,
    "Best validation loss so far against epoch for four seeds: "
    "they fall in steps, in a different order at different epochs, and end apart.",
)

best_of_each = [run.min() for run in short_runs]
report("worst seed divided by best seed", max(best_of_each) / min(best_of_each), at_least=1.3)

# %% [markdown]
# One run tells little about a recipe: the best seed of one moment is not that of the next. To compare two recipes takes several seeds, or a difference far larger than this spread.

# %% [markdown]
# **The mini-batches.** The gradient of two points is a guess at the gradient of all 24. How good a guess? At the trained weights we compare the two for every possible pair.

# %%
from itertools import combinations


def gradient_of(network, tensors):
    value = loss_of(network, tensors, create_graph=True)
    return torch.cat([part.flatten() for part in torch.autograd.grad(value, list(network.parameters()))])


full = gradient_of(adam_network, training_tensors)  # (41,)
pairs = [list(pair) for pair in combinations(range(len(training)), 2)]
of_pairs = torch.stack([gradient_of(adam_network, [values[pair] for values in training_tensors]) for pair in pairs])
typical = (of_pairs - full).norm(dim=1).square().mean().sqrt()  # root mean square over all pairs
unbiased = ((of_pairs.mean(0) - full).norm() < 1e-3 * typical).item()
print("pairs:", len(pairs), " their mean is the full gradient:", unbiased)
ratio = (typical / full.norm()).item()
report("distance of a pair's gradient from the full one, in lengths of the full one", ratio, at_least=1)

# %% [markdown]
# Their mean is the full gradient, but a single one is typically off by more than the length of what it should be: near the minimum the steps are mostly noise. For millions of points a cheap guess is worth it. We have 24.

# %% [markdown]
# **float32.** We compare the force on atom 0 with the finite difference of the energy, for the *same* weights in both precisions. The step goes from 0.3 to $10^{-8}$ Å.


# %%
def energy_at(network, positions, dtype):
    return network(torch.tensor(inputs_at(positions)[None], dtype=dtype)).item()  # eV


steps = 10.0 ** -np.arange(0.5, 8.1, 0.5)  # Å
push = np.zeros((2, 3))
push[0, 0] = 1.0  # atom 0 along x
step_errors = {}
for dtype in (torch.float32, torch.float64):
    converted = copy.deepcopy(adam_network).to(dtype)
    _, force = predict(converted, *as_tensors([60], dtype)[:2])
    plus, minus = (
        [energy_at(converted, data.positions[60] + sign * step * push, dtype) for step in steps] for sign in (1, -1)
    )
    numerical = -(np.array(plus) - np.array(minus)) / (2 * steps)
    step_errors[dtype] = np.abs(numerical - force[0, 0, 0].item())

# %%
figure, axes = plt.subplots()
axes.loglog(steps, step_errors[torch.float32], "s--", color=COLOURS["training"], label="float32")
axes.loglog(steps, step_errors[torch.float64], "o-", color=COLOURS["model"], label="float64")
axes.set(xlabel="step (Å)", ylabel="|force - finite difference| (eV/Å)")
_ = axes.legend()
show(
    figure,
    "Difference between force and finite difference against the step, for float32 and float64: both are V-shaped; "
    "the float64 curve reaches down several orders of magnitude further, at a smaller step.",
)

report("smallest difference in float32", step_errors[torch.float32].min(), "eV/Å", at_most=2e-3)
report("smallest difference in float64", step_errors[torch.float64].min(), "eV/Å", at_most=1e-8)
report("float32 divided by float64", step_errors[torch.float32].min() / step_errors[torch.float64].min(), at_least=100)

# %% [markdown]
# Both curves are the V of lesson 2: too large a step misses the curvature, too small a step is rounding. In float32 rounding takes over early. A small mistake in a force could hide there; in float64 it could not.

# %% [markdown]
# ## 8. All points at once: L-BFGS
#
# With all 24 points in every step the loss is one fixed, smooth function of 41 weights, and there are better tools for that than Adam. **L-BFGS** remembers its last gradients; how they changed tells it the curvature, and so how far to go in which direction.
#
# It tries steps along a line until one meets the **strong Wolfe** conditions: the loss has dropped enough, and the slope along the line is much flatter than where the step began. To try steps it calls a function, the *closure*, that computes loss and gradient.
#
# We also make the model a little better: standardisation moves inside it, so that autograd divides by the scale for us and nobody can forget it, and its energy is measured in units of the spread of the training energies.

# %%
shift, spread = data.energies[training].mean(), data.energies[training].std()  # eV


def make_network(seed, dtype=torch.float64):
    torch.manual_seed(seed)
    return torch.nn.Sequential(
        torch.nn.Linear(6, 5, dtype=torch.float64), torch.nn.Sigmoid(), torch.nn.Linear(5, 1, dtype=torch.float64)
    ).to(dtype)


def model_loss(network, chosen, dtype=torch.float64, create_graph=False):
    arrays = [array[chosen] for array in (data.descriptors, data.derivatives, data.energies, data.forces)]
    D, dD, E, F, mu, s = (torch.tensor(array, dtype=dtype) for array in (*arrays, mean, scale))
    D.requires_grad_(True)  # (n, 1, 6): the axis of centres is kept now
    energies = (shift + spread * network((D - mu) / s).squeeze(-1)).sum(dim=1)  # (n,)
    (gradient,) = torch.autograd.grad(energies.sum(), D, create_graph=create_graph)  # (n, 1, 6)
    forces = -torch.einsum("sck,scaxk->sax", gradient, dD)  # (n, 2, 3)
    return ((energies - E) ** 2).mean() / energy_variance + ((forces - F) ** 2).mean() / force_variance


# %%
def train_with_lbfgs(seed, iterations, dtype=torch.float64):
    network, curve, begin = make_network(seed, dtype), [], time.process_time()
    optimizer = torch.optim.LBFGS(
        network.parameters(), max_iter=10, history_size=50,
        tolerance_grad=1e-10, tolerance_change=1e-14, line_search_fn="strong_wolfe",
    )  # fmt: skip

    def closure():
        optimizer.zero_grad()
        loss = model_loss(network, training, dtype, create_graph=True)
        loss.backward()
        return loss

    for _ in range(iterations // 10):
        optimizer.step(closure)  # ten iterations
        curve.append([time.process_time() - begin, model_loss(network, validation, dtype).item()])
    return network, np.array(curve)  # (iterations / 10, 2): seconds, validation loss


# %% [markdown]
# Which change buys what? We make them one at a time, always with 5 sigmoid units and 24 points, and watch the validation loss. First the middle step: still Adam, but all points at once and in float64.


# %%
def train_on_all_with_adam(seed, steps):
    network, curve, begin = make_network(seed), [], time.process_time()
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    for step in range(steps):
        optimizer.zero_grad()
        model_loss(network, training, create_graph=True).backward()
        optimizer.step()
        if step % 10 == 9:
            curve.append([time.process_time() - begin, model_loss(network, validation).item()])
    return np.array(curve)  # (steps / 10, 2): seconds, validation loss


full_batch = train_on_all_with_adam(seed=0, steps=500)

# %%
single = [train_with_lbfgs(seed, 150, torch.float32)[1] for seed in range(3)]
double = [train_with_lbfgs(seed, 150)[1] for seed in range(3)]

figure, axes = plt.subplots(figsize=(7, 4.2))
seconds = np.linspace(0, adam_seconds, len(adam_curve) + 1)[1:]
axes.loglog(seconds, adam_curve[:, 1], color=COLOURS["training"], linewidth=1, label="Adam, two points, float32")
axes.loglog(*full_batch.T, "--", color=COLOURS["extra"], label="Adam, all points, float64")
for seed, (first, second) in enumerate(zip(single, double, strict=True)):
    axes.loglog(*first.T, ":", color=COLOURS["baseline"], label="L-BFGS, float32 (3 seeds)" if seed == 0 else None)
    axes.loglog(*second.T, "-", color=COLOURS["model"], label="L-BFGS, float64 (3 seeds)" if seed == 0 else None)
axes.set(xlabel="processor time (s, this machine)", ylabel="validation loss")
_ = axes.legend(fontsize=9, loc="lower left")
show(
    figure,
    "Validation loss against processor time on logarithmic axes: Adam on pairs is noisy and slow, "
    "Adam on all points is smooth but still slow, "
    "and L-BFGS falls several orders of magnitude lower in a fraction of the time, whatever the precision.",
)

# %%
report("Adam, two points, float32", adam_curve[:, 1].min(), at_most=1e-2)
report("Adam, all points, float64", full_batch[:, 1].min(), at_most=2e-2)
report("L-BFGS, float32, median of 3 seeds", np.median([run[:, 1].min() for run in single]), at_most=2e-5)
lbfgs_loss = np.median([run[:, 1].min() for run in double])
report("L-BFGS, float64, median of 3 seeds", lbfgs_loss, at_most=2e-5)
report("gain of L-BFGS, float64, over the recipe", adam_curve[:, 1].min() / lbfgs_loss, at_least=20)

# %% [markdown]
# Taking all points removes the zigzag. L-BFGS brings most of the gain. (Both Adam runs have one seed, but this gap is far larger than the spread in section 7.) float64 changes less: on a fit this short the two precisions end within the spread of the seeds. It costs nothing here, and it pays in the checks of section 11, where rounding must not hide a mistake.

# %% [markdown]
# ## 9. The package does the same
#
# From lesson 4 on we use `forcefield.training.train`. It is no more than what stands above, for any number of centres and layers. Proof: the same seed and the same settings, and the loss on the validation points along the way.

# %%
from forcefield.training import train

_, by_hand = train_with_lbfgs(seed=0, iterations=50)
_, history = train(data[training], data[validation], hidden_units=(5,), activation="sigmoid", seed=0, iterations=50)
difference = np.abs(by_hand[:, 1] / history.validation - 1).max()
print("validation losses compared:", len(history.validation))
print("largest relative difference below 1e-9:", difference < 1e-9)
assert difference < 1e-9

# %% [markdown]
# Fifty iterations, because a fit is sensitive: a rounding error in the 16th digit grows from step to step, and after a few hundred steps two fits that differ by it can be on different ways to the minimum.

# %% [markdown]
# ## 10. How large a network, how long a fit?
#
# Such choices are made **within the 30 labels**, or the test set is used up. Six validation points are few, so we use **3-fold cross-validation**: the labels are cut into three parts, each is left out once and predicted by a fit to the rest. The two end points always stay in training, because we ask for interpolation.

# %%
from sklearn.model_selection import KFold

folds = [
    (np.concatenate([[0], 1 + fitted, [29]]), 1 + left_out)
    for fitted, left_out in KFold(3, shuffle=True, random_state=0).split(np.arange(28))
]
widths = (1, 8, 32)
curves = {width: [] for width in widths}
for width in widths:
    for fitted, left_out in folds:
        _, history = train(data[labelled[fitted]], data[labelled[left_out]], hidden_units=(width,), iterations=200)
        stopped = 20 - len(history.validation)  # converged early: the last value stays
        curves[width].append(history.validation + history.validation[-1:] * stopped)

# %%
figure, axes = plt.subplots()
iterations = 10 * np.arange(1, 21)
for width, style, role in zip(widths, ("o:", "s--", "-"), ("baseline", "extra", "model"), strict=True):
    middle = np.median(curves[width], axis=0)
    axes.semilogy(iterations, np.transpose(curves[width]), color=COLOURS[role], linewidth=0.8, alpha=0.5)
    name = f"{width} tanh unit{'s' * (width > 1)}"
    axes.semilogy(iterations, middle, style, markevery=3, color=COLOURS[role], label=name)
axes.set(xlabel="L-BFGS iterations", ylabel="loss on left-out labels")
_ = axes.legend()
show(
    figure,
    "Loss on the left-out labels against the number of iterations for networks of 1, 8 and 32 tanh units, "
    "three thin lines and their median each: one unit stays highest, 8 and 32 fall much further.",
)

final_loss = {width: np.median(curves[width], axis=0)[-1] for width in widths}
report("1 unit: loss divided by that of 32 units", final_loss[1] / final_loss[32], at_least=3)
report("32 units: loss on left-out labels", final_loss[32], at_most=3e-6)

# %% [markdown]
# Thick: the median of the three parts. One unit stays far behind. Between 8 and 32 the width matters less than which labels happen to be left out (thin lines): these smooth, noise-free labels do not punish a network for being large.
#
# We take **32 tanh units**. The curves flatten out rather than climb back, so nothing speaks for stopping early: **500 iterations**, more than the figure shows, because the fit is so quick.
#
# Once the choice is made, no label needs to be kept aside any more: **all 30 are fitted**. Nothing decides when to stop but the number of iterations.

# %%
fit_start = time.process_time()
model, history = train(data[labelled], seed=0, iterations=500)
print(f"time: {time.process_time() - fit_start:.2f} s (this machine)")
print("settings:", {name: model.settings[name] for name in ("hidden_units", "activation", "seed")})
report("training loss", history.training[-1], at_most=1e-6)

# %% [markdown]
# ## 11. Is every derivative right?
#
# The final model is a function of 6 numbers, and we can check $\partial\hat E/\partial\mathbf D$ feature by feature. Each feature is moved by $10^{-5}$ of its own scale.

# %%
D = torch.tensor(data.descriptors[[60]], requires_grad=True)  # (1, 1, 6)
(gradient,) = torch.autograd.grad(model.center_energies(D).sum(), D)  # (1, 1, 6), eV

numerical = np.zeros(6)
with torch.no_grad():
    for k in range(6):
        step = torch.zeros(6, dtype=torch.float64)
        step[k] = 1e-5 * scale[k]
        numerical[k] = (model.center_energies(D + step) - model.center_energies(D - step)).item() / (2 * step[k].item())
difference = (np.abs(gradient[0, 0].numpy() - numerical) * scale).max()  # eV for one standard deviation
print("dE/dD, largest difference below 1e-7:", difference < 1e-7)
assert difference < 1e-7

# %% [markdown]
# And the forces, the whole way: the atoms are moved, SOAP is computed anew, the model gives the energy. Ten distances, two atoms, three directions.

# %%
from forcefield.gradients import numerical_forces


def model_energy(positions):
    described = describe(make_soap(), [ase.Atoms("HH", positions=positions)], centers=[MIDPOINT])
    return model.predict(*described)[0][0]  # eV


_, final_forces = model.predict(data.descriptors, data.derivatives)
differences = [
    np.abs(final_forces[i] - numerical_forces(model_energy, data.positions[i])).max() for i in range(5, 200, 20)
]
print("pairs checked:", len(differences))
print("forces, largest difference below 1e-4 eV/Å:", max(differences) < 1e-4)
assert max(differences) < 1e-4

# %% [markdown]
# ## 12. Save the model, and a first honest number
#
# A model is its numbers: weights, means, scales, and the settings of SOAP without which they mean nothing. We save numbers and text in one `.npz` file, and **no pickled objects**: loading a pickle can run any code that someone put into it. A file of numbers cannot.

# %%
from forcefield import prepared
from forcefield.model import ForceField

model.save(prepared.DIMER_MODEL, prepared.dimer_model_metadata())

loaded, metadata = ForceField.load(prepared.DIMER_MODEL)
with np.load(prepared.DIMER_MODEL, allow_pickle=False) as file:  # refuses a pickle
    print(sorted(file.files))
same = np.array_equal(loaded.predict(data.descriptors, data.derivatives)[1], final_forces)
print("the loaded model gives the same forces, bit for bit:", same)
assert same

# %% [markdown]
# Now, and only now, the 170 test points, with three seeds. The hand-written recipe of part 1 (one seed) stands beside it. Errors are mean absolute errors; the force is the x component on atom 0.


# %%
def test_errors(energies, forces):
    energy_error = mean_absolute_error(energies[test], data.energies[test])
    return 1000 * energy_error, 1000 * mean_absolute_error(forces[test, 0, 0], data.forces[test, 0, 0])


models = [model] + [train(data[labelled], seed=seed, iterations=500)[0] for seed in (1, 2)]
final_errors = np.array([test_errors(*one.predict(data.descriptors, data.derivatives)) for one in models])
adam_energies, adam_forces = (values.detach().numpy() for values in predict(adam_network, *as_tensors(slice(None))[:2]))
adam_errors = test_errors(adam_energies, adam_forces)
report("recipe, energy error", adam_errors[0], "meV", at_most=200)
report("recipe, force error", adam_errors[1], "meV/Å", at_most=2000)
report("final model, energy error, median of 3 seeds", np.median(final_errors[:, 0]), "meV", at_most=0.5)
report("final model, force error, median of 3 seeds", np.median(final_errors[:, 1]), "meV/Å", at_most=10)

# %% [markdown]
# [Lesson 4](04_analysis.ipynb) looks at these errors point by point, adds more seeds and baselines, and shows where the model breaks.

# %% [markdown]
# ### Explore: labels, weights, width, seed
#
# Every move of a slider trains a new network by L-BFGS, with 150 iterations instead of 500 so that it takes a fraction of a second. The test errors are those of all distances that the network was not fitted to.

# %%
from forcefield.explorers.training import training_explorer

training_explorer(data)

# %% [markdown]
# | control | what it does |
# |---|---|
# | **Number of labels** | how many of the 200 distances, equally spaced, the network is fitted to; all others test it |
# | **Share of forces in loss** | 0: energies alone, 1: forces alone, 0.5: both with weight 1, as above |
# | **Hidden units** | width of the one hidden layer |
# | **Random seed** | draws the initial weights |
# | **Reset** | the default values |
#
# Top: energy and force, labels as dots. Bottom left: the error at every held-out distance, on a logarithmic scale. Bottom right: the training loss. A picture comes when you let go of a handle, or press an arrow key.
#
# **Try:**
#
# - Take labels away until the test errors grow tenfold. Where along the curve do they grow first, and why there?
# - Set the share of forces to 1. The forces fit, the energies are off. By what, and why does no force label tell?
# - Set it to 0 with 10 labels. Where do the energies between the labels go wrong?
# - Go through five seeds with everything else at its default. How far apart are the errors? How much would you believe a difference of 20 % between two settings?
#
# Beware: choosing a setting by the errors shown here means choosing by the test points. That is fine for play, and not for a result.

# %% [markdown]
# ## Exercises
#
# **1. Energies alone.** Fit 32 tanh units to the 30 labels with `force_weight=0` (an argument of `train`). What are the errors on the test points, and which of the two suffers more?
#
# <details><summary>Solution</summary>
#
# ```python
# energies_only, _ = train(data[labelled], seed=0, iterations=500, force_weight=0.0)
# energy_error, force_error = test_errors(*energies_only.predict(data.descriptors, data.derivatives))
# print(f"energies only: {energy_error:.2f} meV, {force_error:.1f} meV/Å")
# print("energies and forces:", final_errors[0].round(2))
# ```
#
# Both get worse. Each force label is a slope, so 30 labels with forces pin the curve about as well as many more without. The size of the loss is no guide here: it does not hold the forces any more.
#
# </details>
#
# **2. A larger batch.** Train for 300 epochs with `batch_size=8`. Is the curve smoother? Does it get as low in the same number of *steps*?
#
# <details><summary>Solution</summary>
#
# ```python
# _, larger = train_with_adam(seed=0, epochs=300, batch_size=8)
# for name, run in (("2 points", adam_curve[:, 1]), ("8 points", larger[:, 1])):
#     print(name, "mean jump of log10(loss) from epoch to epoch:", np.abs(np.diff(np.log10(run))).mean().round(3))
# print("lowest loss in 900 steps:", adam_curve[:75, 1].min().round(3), larger[:, 1].min().round(3))
# ```
#
# The jumps shrink: a gradient of 8 points is a better guess. But an epoch has only 3 steps now instead of 12, so 300 epochs are as many steps as 75 of the old. Step for step the larger batch gets lower here; it pays with four times the points in each step.
#
# </details>
#
# **3. A forgotten minus.** Change the sign of the forces in `predict` and train again. Does training fail? What does the loss tell, and which check of this lesson finds the mistake?
#
# <details><summary>Solution</summary>
#
# ```python
# def predict(network, x, dx, **keywords):
#     x = x.detach().requires_grad_(True)
#     energies = network(x)
#     (gradient,) = torch.autograd.grad(energies.sum(), x, **keywords)
#     return energies, torch.einsum("saxk,sk->sax", dx, gradient)  # the minus is missing
#
# _, wrong = train_with_adam(seed=0, epochs=100)
# print("validation loss:", wrong[:, 1].min().round(2), "instead of", adam_curve[:100, 1].min().round(3))
# ```
#
# It runs without an error. Energies and forces now contradict each other, so the loss cannot fall far. The comparison of force and finite difference (section 7, and section 11 for the final model) says at once what is wrong: the two have opposite signs. (Run the cell of section 3 again to get the right forces back.)
#
# </details>

# %% [markdown]
# ## Summary
#
# - The tutorial's recipe in short cells: standardise (and divide the derivatives too), predict energies, differentiate, chain rule, loss, mini-batches, early stopping with the best weights kept.
# - Without `create_graph=True` torch fails loudly; with `retain_graph=True` instead it trains on energies alone, silently. A finite difference of the loss shows it.
# - Stopping must compare with the best so far. On the noisy curve the published rule never fires.
# - The noise comes from the seed and from the mini-batches. All points in one step and L-BFGS lower the validation loss by a factor of at least 20, in less time.
# - The size of the network was chosen within the 30 labels; then all 30 were fitted. On the 170 test points: at most 0.5 meV and 10 meV/Å (median of 3 seeds).
# - $\partial\hat E/\partial\mathbf D$ and $\hat{\mathbf F}$ agree with finite differences, and the saved file holds numbers and text only.
#
# ## Questions
#
# **1.** Why does training on forces need second derivatives of the network?
#
# <details><summary>Answer</summary>
#
# The force is already a derivative of the network with respect to its input. The optimiser needs the derivative of the loss, and so of the force, with respect to the weights: one derivative by input, then one by weights. `create_graph=True` keeps what the second one needs.
#
# </details>
#
# **2.** A fit is stopped by the validation loss. May its validation error be reported as the error of the model?
#
# <details><summary>Answer</summary>
#
# No. The weights were chosen because they do well on just these points, so the number is too good. Report the error on points that neither fitted nor chose anything: the test set.
#
# </details>
#
# **3.** L-BFGS beats Adam by far here. Why do people train large models with Adam all the same?
#
# <details><summary>Answer</summary>
#
# L-BFGS compares losses and gradients of one and the same function, so it needs all points in every step, and it stores many old gradients. With millions of structures and weights one step would cost too much; noisy cheap steps are then the better deal. With 30 labels and a few hundred weights it is the other way round.
#
# </details>
#
# ## Next
#
# [Lesson 4: Analysis](04_analysis.ipynb). The terms and symbols are listed under [Terminology](01_principle.ipynb#Terminology).
