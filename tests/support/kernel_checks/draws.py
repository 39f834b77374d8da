"""The kernels of random draws, against NumPy's Philox and its words."""

import hashlib

import numpy as np
from scipy import special

from support.draws import numpy_uniform
from support.kernel_checks import SHAPES

KEY = (5, 6)


def philox_words(n, offset, replicate=0, purpose=0, key=KEY):
    first, skip = divmod(offset, 4)
    # NumPy increments the counter before the first block.
    counter = (first | replicate << 128 | purpose << 192) - 1
    philox = np.random.Philox(key=np.array(key, np.uint64), counter=counter % 2**256)
    return philox.random_raw(n + skip)[skip:]


def draw(kernels, name, n, offset=0, shape=SHAPES[1], dtype=np.float64, extra=()):
    grid, block, order = shape
    out = np.full(n, 77, dtype)
    args = (out, n, *divmod(offset, 4), 3, 2**64 - 9, *KEY, *extra)
    kernels(name, grid, block, args, order_seed=order)
    return out


def wanted_words(n, offset=0):
    return philox_words(n, offset, 3, 2**64 - 9)


def check_words(kernels, offset, shape):
    for n in (1, 2, 3, 4, 5, 259):
        got = draw(kernels, "stream_words", n, offset, shape, np.uint64)
        assert (got == wanted_words(n, offset)).all()


def check_digest(kernels):
    out = np.empty(4096)
    kernels("stream_normal", (5,), (128,), (out, 4096, 0, 0, 0, 0, *KEY))
    digest = hashlib.sha256(out.tobytes()).hexdigest()
    assert digest.startswith("12d768cb7ae70a7ce2e455bb50ba2523")


def check_draws(kernels, offset, shape):
    n = 131
    words = wanted_words(n, offset)
    u = numpy_uniform(words)

    def got(name, **kwargs):
        return draw(kernels, name, n, offset, shape, **kwargs)

    assert (got("stream_uniform") == u).all()
    assert (got("stream_signs") == np.where(words >> np.uint64(63), -1, 1)).all()
    normal, exponential = got("stream_normal"), got("stream_exponential")
    np.testing.assert_allclose(normal, special.ndtri(u), rtol=3e-15, atol=1e-16)
    np.testing.assert_allclose(exponential, -np.log(u), rtol=1e-15, atol=0)
    for high in (1, 2, 10, 2**32 + 1, 2**63):
        integers = got("stream_integers", dtype=np.int64, extra=(high,))
        assert integers.tolist() == [int(word) * high >> 64 for word in words]


def check_dirichlet(kernels, size, offset, shape):
    grid, block, order = shape
    n_rows, n_columns = size
    draws = draw(kernels, "stream_exponential", n_rows * n_columns, offset)
    out = np.empty(size)
    args = (out, *size, *divmod(offset, 4), 3, 2**64 - 9, *KEY)
    kernels("stream_dirichlet", grid, block, args, order_seed=order)
    for row, e in zip(out, draws.reshape(size), strict=True):
        total = 0.0
        for value in e:
            total += value
        assert (row == e / total).all()


def small_cases(kernels):
    """Run all of these kernels on odd sizes."""
    for n in (1, 2, 5, 67):
        for offset in (0, 3):
            draw(kernels, "stream_words", n, offset, dtype=np.uint64)
            for law in ("uniform", "normal", "exponential", "signs"):
                draw(kernels, f"stream_{law}", n, offset)
            draw(kernels, "stream_integers", n, offset, dtype=np.int64, extra=(9,))
            args = (np.empty((n, 3)), n, 3, *divmod(offset, 4), 0, 0, *KEY)
            kernels("stream_dirichlet", (2,), (32,), args)
