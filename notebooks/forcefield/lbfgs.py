"""L-BFGS: a fit from the gradients of the loss, for any network."""

import torch

from forcefield.loss import loss_of, tensors


class LBFGS:
    """torch's L-BFGS on loss + regularisation * sum of squared weights, in stretches of some iterations."""

    SCALE = 2e8
    """torch learns new curvature only while it exceeds 1e-10, whatever the size of the loss: a loss of 1e-7 freezes.
    So the loss is multiplied by this over its weights inside the optimiser, and recorded without."""

    stride = 10
    """Iterations between two looks at the validation set and the display."""

    def __init__(self, model, training_set, loss, regularisation=0.0):
        self.weights = list(model.parameters())
        self.model, self.loss, self.regularisation = model, loss, regularisation
        self.scale = self.SCALE / loss.total_weight
        self.tensors = tensors(training_set, virials=loss.virial_weight > 0)
        self.losses, self.evaluations, self.converged = [], 0, False
        self.optimizer = torch.optim.LBFGS(
            self.weights,
            max_eval=10**9,  # torch's own limit would end a stretch before its iterations are done
            history_size=50,
            tolerance_grad=1e-10,
            tolerance_change=1e-14,
            line_search_fn="strong_wolfe",
        )

    def advance(self, n_steps):
        """Take up to n_steps iterations; returns how many were taken. Fewer: converged."""
        before = self._iterations()
        self.optimizer.param_groups[0]["max_iter"] = n_steps
        self.optimizer.step(self._closure)
        done = self._iterations() - before
        self.converged = done < n_steps
        return done

    def _iterations(self):
        return self.optimizer.state[self.weights[0]].get("n_iter", 0)

    def _closure(self):
        self.optimizer.zero_grad()
        value = loss_of(self.model, self.loss, self.tensors, create_graph=True)
        penalty = self.regularisation * sum((part**2).sum() for part in self.weights) if self.regularisation else 0.0
        scaled = self.scale * (value + penalty)
        scaled.backward()
        self.losses.append(value.item())
        self.evaluations += 1
        return scaled
