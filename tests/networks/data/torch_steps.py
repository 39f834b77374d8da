"""What torch makes of networks in a few epochs; writes torch_steps.json beside it.

Run by a Python that has torch (2.13.0 for the file as it is): its gradients are found
by reverse differentiation, and its steps by its own optimizer. Numbers are in float64.
"""

import json
from pathlib import Path

import torch
from torch.nn import functional

torch.set_default_dtype(torch.float64)
SHAPE, N, EPOCHS, BATCH, STEP = (3, 4, 3), 7, 4, 3, 0.1
ACTIVATIONS = {
    "linear": lambda z: z,
    "relu": torch.relu,
    "tanh": torch.tanh,
    "exponential": torch.exp,
}
LOSSES = {
    "squared": lambda f, y: ((f - y) ** 2).sum(dim=1) / 2,
    "logistic": lambda f, y: functional.binary_cross_entropy_with_logits(
        f, y, reduction="none"
    ).sum(dim=1),
    "cross_entropy": lambda f, y: functional.cross_entropy(f, y, reduction="none"),
}
RULES = {"plain": (0.0, 0.0, 0.0), "momentum": (0.9, 0.05, 0.0), "sam": (0.0, 0.0, 0.3)}


def problem():
    """Points, labels, weights of rows, and first parameters."""
    torch.manual_seed(0)
    d, h, k = SHAPE
    X, y = torch.randn(N, d), torch.randn(N, k).softmax(dim=1)
    weights = torch.rand(N) + 0.5
    shapes = [(d, h), (h,), (h, k), (k,)]
    return X, y, weights, [torch.randn(shape) / 4 for shape in shapes]


def trained(activation, loss, rule):
    X, y, w, first = problem()
    momentum, decay, radius = rule
    U, u, V, v = theta = [p.clone().requires_grad_() for p in first]
    groups = [{"params": [U, V], "weight_decay": decay}, {"params": [u, v]}]
    optimizer = torch.optim.SGD(groups, lr=STEP, momentum=momentum)
    curve = []

    def backward(rows):
        optimizer.zero_grad()
        f = ACTIVATIONS[activation](X[rows] @ U + u) @ V + v
        value = (w[rows] * LOSSES[loss](f, y[rows])).mean()
        value.backward()
        return value.item()

    for _ in range(EPOCHS):
        total = 0.0
        for rows in torch.arange(N).split(BATCH):
            total += backward(rows) * len(rows)
            if radius:
                size = torch.cat([p.grad.ravel() for p in theta]).norm()
                before = [p.detach().clone() for p in theta]
                with torch.no_grad():
                    for p in theta:
                        p += radius / size * p.grad
                backward(rows)
                with torch.no_grad():
                    for p, old in zip(theta, before, strict=True):
                        p.copy_(old)
            optimizer.step()
        curve.append(total / N)
    return [p.tolist() for p in theta], curve


def main():
    X, y, w, first = problem()
    found = {
        "torch": torch.__version__,
        "epochs": EPOCHS,
        "batch_size": BATCH,
        "step_size": STEP,
        "X": X.tolist(),
        "y": y.tolist(),
        "sample_weight": w.tolist(),
        "first": [p.tolist() for p in first],
        "cases": [
            [activation, loss, *RULES[rule], *trained(activation, loss, RULES[rule])]
            for activation in ACTIVATIONS
            for loss in LOSSES
            for rule in RULES
        ],
    }
    Path(__file__).with_suffix(".json").write_text(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
