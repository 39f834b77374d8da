"""Stacked networks as torch's users train them: `vmap` of `grad` of a functional model.

Run by ``benchmarks/networks.py``, with a Python that has torch, and its settings.
"""

import json
import sys
import time

import torch
from sklearn.datasets import load_digits
from torch.func import grad, vmap
from torch.nn.functional import cross_entropy, linear


def loss(parameters, x, y):
    u, a, v, b = parameters
    return cross_entropy(linear(torch.relu(linear(x, u, a)), v, b), y)


def train(X, y, members, epochs, batch, hidden, step):
    """Parameters of `members` networks, each with an order of its own in each epoch."""
    torch.manual_seed(0)
    shapes = [(hidden, 64), (hidden,), (10, hidden), (10,)]
    bounds = [(6 / (hidden + 64)) ** 0.5, 0.0, (6 / (hidden + 10)) ** 0.5, 0.0]
    theta = [
        (2 * torch.rand(members, *shape, dtype=X.dtype) - 1) * bound
        for shape, bound in zip(shapes, bounds, strict=True)
    ]
    gradients = vmap(grad(loss))
    for _ in range(epochs):
        order = torch.rand(members, len(X)).argsort(dim=1)
        for rows in order.split(batch, dim=1):
            moves = gradients(theta, X[rows], y[rows])
            for own, move in zip(theta, moves, strict=True):
                own.sub_(move, alpha=step)
    return theta


def main(settings):
    members, epochs, batch, hidden, step = settings
    X, y = (torch.tensor(a) for a in load_digits(return_X_y=True))
    results = {}
    # One thread: more of them take more core seconds, never fewer.
    torch.set_num_threads(1)
    for kind in (torch.float64, torch.float32):
        points = X.to(kind) / 16
        train(points, y, members, 1, batch, hidden, step)
        start = time.process_time()
        u, a, v, b = train(points, y, members, epochs, batch, hidden, step)
        taken = time.process_time() - start
        neurons = torch.relu(points @ u.mT + a[:, None])
        right = (neurons @ v.mT + b[:, None]).argmax(-1) == y
        results[f"torch {torch.__version__} vmap, {str(kind)[6:]}"] = {
            "core_milliseconds_per_network": round(taken / members * 1e3, 3),
            "accuracy": round(float(right.double().mean()), 4),
        }
    print(json.dumps(results))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
