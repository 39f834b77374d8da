"""Training of many two-layer networks: ours in one launch, theirs step by step.

Peers take the same steps from the same weights, on rows in the same order, by products
of stacked matrices. Ours has the same bits whatever the device and the members beside;
what peers round in another way grows with the steps: answers agree if no parameter is
more than a 10⁻⁸ of the largest away.
"""

from functools import partial

from refgen_gpu.backend import backend
from refgen_gpu.networks import initial_networks, train
from refgen_gpu.random import Stream

from .contest import compare
from .peers import load_torch, to_host, to_torch
from .timing import fitting, rated

# Members, features, neurons, classes, rows, and rows of a step.
SIZES = ((2000, 64, 64, 10, 1024, 32), (264, 100, 1000, 2, 64, 1))
STEP = 0.05
APART = 1e-8
FIELDS = ("hidden_weights", "hidden_biases", "output_weights", "output_biases")


def networks(sizes=SIZES):
    """Ours, CuPy's products in the same steps, and these products alone."""
    return {"entries": [contest(drawn(*size), cupy_peers) for size in sizes]}


def networks_torch(sizes=SIZES):
    load_torch()
    return {"entries": [contest(drawn(*size), torch_peers) for size in sizes]}


def drawn(n_members, d, h, k, n, batch):
    """First weights, points, labels, and rows of a step."""
    n_members = fitting(n_members, 64 * ((d + 8) * (h + 8) + h * (k + 8)))
    stream = Stream(0, "benchmark")
    first = initial_networks(stream, d, h, k, n_members=n_members)
    points = stream.child("points").uniform((n, d))
    # Each label at least once.
    labels = stream.child("labels").permutation(n) % k
    return first, points, labels, batch


def contest(problem, peers):
    first, points, labels, batch = problem
    n_members, n = len(first.output_biases), len(points)
    ours = partial(
        train, points, labels, Stream(0), initial=first, n_members=n_members,
        n_epochs=1, batch_size=batch, shuffle=False, step_size=STEP,
    )  # fmt: skip
    shape = "-".join(map(str, (*first.hidden_weights.shape[1:], first.n_outputs)))
    return compare(
        f"{n_members} networks {shape}, {n} rows, {batch} a step",
        lambda: [getattr(ours().networks, name) for name in FIELDS],
        peers(*problem),
        judge,
        partial(rated, amount=n_members * -(-n // batch), unit="steps/s"),
    )


def judge(ours, label, theirs):
    """How far parameters are apart, over the largest."""
    if label.startswith("products"):
        return {"agrees": True}  # of which nobody asks for parameters
    apart = 0.0
    for mine, other in zip(map(to_host, ours), map(to_host, theirs), strict=True):
        apart = max(apart, float(abs(mine - other).max() / abs(mine).max()))
    return {"agrees": apart <= APART, "apart": apart}


def steps(matmul, relu, softmax, parameters, points, targets, batch):
    """All steps of an epoch, with the gradient in closed form."""
    U, u, V, v = parameters
    for start in range(0, len(points), batch):
        x, t = points[start : start + batch], targets[start : start + batch]
        a = relu(matmul(x, U) + u[:, None])
        g = (softmax(matmul(a, V) + v[:, None]) - t) / len(x)
        inner = matmul(g, V.swapaxes(1, 2)) * (a > 0)
        V = V - STEP * matmul(a.swapaxes(1, 2), g)
        v = v - STEP * g.sum(1)
        U = U - STEP * matmul(x.swapaxes(0, 1), inner)
        u = u - STEP * inner.sum(1)
    return [U, u, V, v]


def products(matmul, parameters, points, targets, batch):
    """The products of `steps` and nothing else: the least time of its way."""
    U, _, V, _ = parameters
    for start in range(0, len(points), batch):
        x, t = points[start : start + batch], targets[start : start + batch]
        a = matmul(x, U)
        matmul(a, V)
        g = t + 0 * V[:, :1]
        inner = matmul(g, V.swapaxes(1, 2))
        matmul(a.swapaxes(1, 2), g)
        matmul(x.swapaxes(0, 1), inner)
    return [U]


def cupy_peers(first, points, labels, batch):
    xp = backend().xp
    targets = (labels[:, None] == xp.arange(first.n_outputs)).astype(float)
    parameters = [getattr(first, name) for name in FIELDS]
    given = parameters, points, targets, batch

    def softmax(o):
        e = xp.exp(o - o.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)

    def relu(z):
        return xp.maximum(z, 0)

    return {
        "cupy.matmul": lambda: partial(steps, xp.matmul, relu, softmax, *given),
        "products alone, cupy.matmul": lambda: partial(products, xp.matmul, *given),
    }


def torch_peers(first, points, labels, batch):
    import torch

    x, y = to_torch(points), to_torch(labels)
    parameters = [to_torch(getattr(first, name)) for name in FIELDS]
    targets = torch.nn.functional.one_hot(y, first.n_outputs).to(x.dtype)

    def loss(own, x, t):
        U, u, V, v = own
        logits = torch.relu(x @ U + u) @ V + v
        return -(torch.log_softmax(logits, -1) * t).sum(-1).mean()

    def mapped():
        gradients = torch.func.vmap(torch.func.grad(loss), in_dims=(0, None, None))
        own = tuple(parameters)
        for start in range(0, len(x), batch):
            rows = slice(start, start + batch)
            found = gradients(own, x[rows], targets[rows])
            own = tuple(p - STEP * g for p, g in zip(own, found, strict=True))
        return list(own)

    softmax = partial(torch.softmax, dim=-1)
    given = parameters, x, targets, batch
    return {
        "torch.func.vmap": lambda: mapped,
        "torch.matmul": lambda: partial(
            steps, torch.matmul, torch.relu, softmax, *given
        ),
    }
