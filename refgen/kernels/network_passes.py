"""What neurons and outputs of a network are, and the loss's gradient by each of them.

Parts of a kernel, which work on a block of rows on the desk (`network_desk`).
"""

from refgen.kernels import network_desk as on
from refgen.kernels.exponentials import exps, tanhs
from refgen.kernels.linked import (
    FLOATS,
    INTEGER,
    INTEGERS,
    NOTHING,
    ahead,
    floats_at,
    inlined,
    linked,
)
from refgen.kernels.products import product

LINEAR, RELU, TANH, EXPONENTIAL = range(4)


@inlined
def _gather(matrix, width, rows, n, to, stride):
    """Some rows of a matrix, as rows of `stride` numbers."""
    for i in range(n):
        row = rows[i] * width
        for j in range(width):
            to[i * stride + j] = matrix[row + j]


@inlined
def _affine(z, n, width, factor, biases):
    for i in range(n):
        for j in range(width):
            z[i * width + j] = factor * z[i * width + j] + biases[j]


@inlined
def _activate(z, size, activation):
    """In place: what neurons make of their inputs."""
    if activation == RELU:
        for i in range(size):
            z[i] = 0.0 if z[i] <= 0.0 else z[i]
    elif activation == TANH:
        tanhs(z, size)
    elif activation == EXPONENTIAL:
        exps(z, size)


@linked(NOTHING, INTEGERS, INTEGERS, INTEGER)
def gather(desk, rows, n):
    """Points and labels of rows, to the desk."""
    _gather(
        floats_at(desk[on.DATA]),
        desk[on.D],
        rows,
        n,
        floats_at(desk[on.X]),
        desk[on.D],
    )
    _gather(
        floats_at(desk[on.TARGETS]),
        desk[on.K],
        rows,
        n,
        floats_at(desk[on.T]),
        desk[on.KP],
    )


@linked(NOTHING, INTEGERS, FLOATS, FLOATS, INTEGER, needs=(product, tanhs, exps))
def forward(desk, theta, x, n):
    """What neurons say, and outputs, for n points."""
    d, h, hp, kp = desk[on.D], desk[on.H], desk[on.HP], desk[on.KP]
    a, o, scales = (
        floats_at(desk[on.A]),
        floats_at(desk[on.OUT]),
        floats_at(desk[on.SCALES]),
    )
    v = ahead(theta, (d + 1) * hp)
    product(x, d, 1, theta, hp, a, hp, n, hp, d, 0)
    _affine(a, n, hp, scales[0], ahead(theta, d * hp))
    _activate(a, n * hp, desk[on.ACTIVATION])
    product(a, hp, 1, v, kp, o, kp, n, kp, h, 0)
    _affine(o, n, kp, scales[1], ahead(v, h * kp))


@linked(NOTHING, INTEGERS, FLOATS)
def transpose(desk, theta):
    """Output weights of a network as k rows of hp numbers."""
    k, hp, kp = desk[on.K], desk[on.HP], desk[on.KP]
    v, to = ahead(theta, (desk[on.D] + 1) * hp), floats_at(desk[on.TRANSPOSED])
    for i in range(desk[on.H]):
        for j in range(k):
            to[j * hp + i] = v[i * kp + j]


@linked(NOTHING, INTEGERS, INTEGER, needs=(product,))
def backward(desk, n):
    """The gradient by the inputs of neurons, of the one by outputs."""
    hp, kp, activation = desk[on.HP], desk[on.KP], desk[on.ACTIVATION]
    a, o, g = (
        floats_at(desk[on.A]),
        floats_at(desk[on.OUT]),
        floats_at(desk[on.G]),
    )
    factor = floats_at(desk[on.SCALES])[1]
    product(o, kp, 1, floats_at(desk[on.TRANSPOSED]), hp, g, hp, n, hp, desk[on.K], 0)
    size = n * hp
    if activation == RELU:
        for i in range(size):
            g[i] = factor * g[i] if a[i] > 0.0 else 0.0
    elif activation == TANH:
        for i in range(size):
            g[i] = factor * g[i] * (1.0 - a[i] * a[i])
    elif activation == EXPONENTIAL:
        for i in range(size):
            g[i] = factor * g[i] * a[i]
    else:
        for i in range(size):
            g[i] = factor * g[i]
