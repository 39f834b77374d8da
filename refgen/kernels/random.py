"""The CPU side of the random streams: Philox4x64-10 and the draws from its words.

Only + − × ÷ √ and operations on bits are used, in a fixed order and without fused
multiply-adds, so that any IEEE machine, a GPU included, gives the same bits. Draws
are made in tiles that stay in the first-level cache, in loops without branches.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import get_num_threads, types
from numba.extending import intrinsic

from refgen.kernels import compiled

_TILE = 1024
# Starting a thread takes about as long as 2¹³ normals; each gets far more than that.
_MIN_PER_THREAD = 1 << 16

# Python's error model tests each divisor, which keeps loops from being vectorized.
_kernel = partial(compiled, error_model="numpy")


def _product_code(typing_context, a, b):
    """The high and the low 64 bits of a product, by one multiplication."""

    def build(context, builder, signature, args):
        wide, word = ir.IntType(128), ir.IntType(64)
        product = builder.mul(*(builder.zext(arg, wide) for arg in args))
        high = builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), word)
        low = builder.trunc(product, word)
        return context.make_tuple(builder, signature.return_type, (high, low))

    return types.UniTuple(types.uint64, 2)(types.uint64, types.uint64), build


def _bits_of_code(typing_context, x):
    """The bits of a float64."""

    def build(context, builder, signature, args):
        return builder.bitcast(args[0], ir.IntType(64))

    return types.uint64(types.float64), build


def _from_bits_code(typing_context, bits):
    """The float64 of given bits."""

    def build(context, builder, signature, args):
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.uint64), build


_product: Any = intrinsic(_product_code)
_bits_of: Any = intrinsic(_bits_of_code)
_from_bits: Any = intrinsic(_from_bits_code)

_A, _B = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
_W0, _W1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
_12, _52, _63 = (np.uint64(i) for i in (12, 52, 63))
_MANTISSA = np.uint64(0xFFFFFFFFFFFFF)
_ONE = np.uint64(0x3FF0000000000000)  # bits of 1.0
_BIG = np.uint64(0x4330000000000000)  # bits of 2⁵², whose last place is 1


@_kernel
def _four(block, replicate, purpose, k0, k1):
    """Four words (Salmon et al. 2011)."""
    c0, c1, c2, c3 = block, np.uint64(0), replicate, purpose
    key0, key1 = k0, k1
    for _ in range(10):
        high0, low0 = _product(_A, c0)
        high1, low1 = _product(_B, c2)
        c0, c1, c2, c3 = high1 ^ c1 ^ key0, low1, high0 ^ c3 ^ key1, low0
        key0 += _W0
        key1 += _W1
    return c0, c1, c2, c3


@_kernel
def _philox(words, n_blocks, block, replicate, purpose, k0, k1):
    """Blocks `block` .. `block + n_blocks − 1` of four words."""
    for i in range(n_blocks):
        own = _four(block + np.uint64(i), replicate, purpose, k0, k1)
        four = words[4 * i : 4 * i + 4]
        four[0], four[1], four[2], four[3] = own


@_kernel
def _unit(word):
    """((word >> 12) + ½)·2⁻⁵², an odd multiple of 2⁻⁵³: never 0 or 1, symmetric."""
    # 1 + (word >> 12)·2⁻⁵² − (1 − 2⁻⁵³); both steps are exact.
    return _from_bits(word >> _12 | _ONE) - (1 - 2.0**-53)


@_kernel
def _log(x):
    """Logarithm of a normal number in (0, 1]: 2 artanh(s) = 2 Σ s²ʲ⁺¹/(2j + 1)."""
    bits = _bits_of(x)
    exponent = _from_bits(bits >> _52 | _BIG) - (2.0**52 + 1023)
    m = _from_bits((bits & _MANTISSA) | _ONE)
    above = m > 1.4142135623730951
    m = m * 0.5 if above else m
    exponent = exponent + 1.0 if above else exponent
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    p = 2.0 / 23.0
    p = p * z + 2.0 / 21.0
    p = p * z + 2.0 / 19.0
    p = p * z + 2.0 / 17.0
    p = p * z + 2.0 / 15.0
    p = p * z + 2.0 / 13.0
    p = p * z + 2.0 / 11.0
    p = p * z + 2.0 / 9.0
    p = p * z + 2.0 / 7.0
    p = p * z + 2.0 / 5.0
    p = p * z + 2.0 / 3.0
    # log 2 in two parts; the first times an exponent is exact.
    low = s * z * p + exponent * 1.90821492927058770002e-10
    return exponent * 6.93147180369123816490e-01 + (2.0 * s + low)


# Numerators and denominators of Wichura's AS 241 (PPND16), highest power first.
_CENTRE = (
    (
        2.5090809287301226727e3,
        3.3430575583588128105e4,
        6.7265770927008700853e4,
        4.5921953931549871457e4,
        1.3731693765509461125e4,
        1.9715909503065514427e3,
        1.3314166789178437745e2,
        3.3871328727963666080e0,
    ),
    (
        5.2264952788528545610e3,
        2.8729085735721942674e4,
        3.9307895800092710610e4,
        2.1213794301586595867e4,
        5.3941960214247511077e3,
        6.8718700749205790830e2,
        4.2313330701600911252e1,
        1.0,
    ),
)
_TAIL = (
    (
        7.74545014278341407640e-4,
        2.27238449892691845833e-2,
        2.41780725177450611770e-1,
        1.27045825245236838258e0,
        3.64784832476320460504e0,
        5.76949722146069140550e0,
        4.63033784615654529590e0,
        1.42343711074968357734e0,
    ),
    (
        1.05075007164441684324e-9,
        5.47593808499534494600e-4,
        1.51986665636164571966e-2,
        1.48103976427480074590e-1,
        6.89767334985100004550e-1,
        1.67638483018380384940e0,
        2.05319162663775882187e0,
        1.0,
    ),
)
_FAR_TAIL = (
    (
        2.01033439929228813265e-7,
        2.71155556874348757815e-5,
        1.24266094738807843860e-3,
        2.65321895265761230930e-2,
        2.96560571828504891230e-1,
        1.78482653991729133580e0,
        5.46378491116411436990e0,
        6.65790464350110377720e0,
    ),
    (
        2.04426310338993978564e-15,
        1.42151175831644588870e-7,
        1.84631831751005468180e-5,
        7.86869131145613259100e-4,
        1.48753612908506148525e-2,
        1.36929880922735805310e-1,
        5.99832206555887937690e-1,
        1.0,
    ),
)


@_kernel
def _horner(a, x):
    """The polynomial of degree 7 with coefficients `a`, highest power first."""
    y = a[0] * x + a[1]
    y = y * x + a[2]
    y = y * x + a[3]
    y = y * x + a[4]
    y = y * x + a[5]
    y = y * x + a[6]
    return y * x + a[7]


@_kernel
def _quantiles(u, n, out, index, tails, roots):
    """Normal quantiles of u[:n]: all by the central formula, the 15 % in tails anew."""
    count = 0
    for i in range(n):
        q = u[i] - 0.5
        r = 0.180625 - q * q
        out[i] = q * _horner(_CENTRE[0], r) / _horner(_CENTRE[1], r)
    for i in range(n):
        index[count] = i
        count += abs(u[i] - 0.5) > 0.425
    for j in range(count):
        x = u[index[j]]
        tails[j] = x if x < 0.5 else 1.0 - x
    for j in range(count):
        r = np.sqrt(-_log(tails[j]))
        roots[j] = r
        r = r - 1.6
        tails[j] = _horner(_TAIL[0], r) / _horner(_TAIL[1], r)
    for j in range(count):
        value = tails[j]
        if roots[j] > 5.0:  # once in 3.6e10 draws
            r = roots[j] - 5.0
            value = _horner(_FAR_TAIL[0], r) / _horner(_FAR_TAIL[1], r)
        out[index[j]] = -value if u[index[j]] < 0.5 else value


@_kernel
def _tile(words, position, wanted, block, replicate, purpose, k0, k1):
    """A number of words, and up to `wanted` words from `position` after `block`."""
    begin = position % 4
    n = min(_TILE - begin, wanted)
    first = block + np.uint64(position // 4)
    _philox(words, (begin + n + 3) // 4, first, replicate, purpose, k0, k1)
    return n, words[begin : begin + n]


@_kernel
def _words(out, skip, block, replicate, purpose, k0, k1, extra):
    buffer, done = np.empty(_TILE, np.uint64), 0
    while done < len(out):
        left = len(out) - done
        n, words = _tile(buffer, done + skip, left, block, replicate, purpose, k0, k1)
        for i in range(n):
            out[done + i] = words[i]
        done += n


@_kernel
def _uniform(out, skip, block, replicate, purpose, k0, k1, extra):
    buffer, done = np.empty(_TILE, np.uint64), 0
    while done < len(out):
        left = len(out) - done
        n, words = _tile(buffer, done + skip, left, block, replicate, purpose, k0, k1)
        for i in range(n):
            out[done + i] = _unit(words[i])
        done += n


@_kernel
def _normal(out, skip, block, replicate, purpose, k0, k1, extra):
    buffer, done = np.empty(_TILE, np.uint64), 0
    index, u = np.empty(_TILE, np.int64), np.empty(_TILE)
    tails, roots = np.empty(_TILE), np.empty(_TILE)
    while done < len(out):
        left = len(out) - done
        n, words = _tile(buffer, done + skip, left, block, replicate, purpose, k0, k1)
        for i in range(n):
            u[i] = _unit(words[i])
        _quantiles(u, n, out[done : done + n], index, tails, roots)
        done += n


@_kernel
def _exponential(out, skip, block, replicate, purpose, k0, k1, extra):
    buffer, done = np.empty(_TILE, np.uint64), 0
    while done < len(out):
        left = len(out) - done
        n, words = _tile(buffer, done + skip, left, block, replicate, purpose, k0, k1)
        for i in range(n):
            out[done + i] = -_log(_unit(words[i]))
        done += n


@_kernel
def _signs(out, skip, block, replicate, purpose, k0, k1, extra):
    buffer, done = np.empty(_TILE, np.uint64), 0
    while done < len(out):
        left = len(out) - done
        n, words = _tile(buffer, done + skip, left, block, replicate, purpose, k0, k1)
        for i in range(n):
            # The top bit of the word is the sign of 1.0.
            out[done + i] = _from_bits(words[i] >> _63 << _63 | _ONE)
        done += n


@_kernel
def _integers(out, skip, block, replicate, purpose, k0, k1, high):
    buffer, done = np.empty(_TILE, np.uint64), 0
    while done < len(out):
        left = len(out) - done
        n, words = _tile(buffer, done + skip, left, block, replicate, purpose, k0, k1)
        for i in range(n):
            out[done + i] = np.int64(_product(words[i], high)[0])
        done += n


@_kernel
def _dirichlet(out, skip, block, replicate, purpose, k0, k1, row):
    _exponential(out, skip, block, replicate, purpose, k0, k1, row)
    n_columns = np.int64(row)
    for start in range(0, len(out), n_columns):
        total = out[start]
        for i in range(start + 1, start + n_columns):
            total += out[i]
        for i in range(start, start + n_columns):
            out[i] /= total


_KERNELS = {
    "words": (_words, np.uint64),
    "uniform": (_uniform, np.float64),
    "normal": (_normal, np.float64),
    "exponential": (_exponential, np.float64),
    "signs": (_signs, np.float64),
    "integers": (_integers, np.int64),
    "dirichlet": (_dirichlet, np.float64),
}


def _thread_count(n):
    # Asking Numba for their number starts its threads; a small draw should not do so.
    most = n // _MIN_PER_THREAD
    return min(get_num_threads(), most) if most > 1 else 1


def fill(kind, n, offset, coordinates, extra=1, n_threads=None):
    """`n` draws from position `offset`, the same for any number of threads.

    `extra` is the bound of integers, or the length of Dirichlet rows.
    """
    kernel, dtype = _KERNELS[kind]
    out = np.empty(n, dtype)
    if n == 0:
        return out
    if n_threads is None:
        n_threads = _thread_count(n)
    fixed = tuple(np.uint64(c) for c in (*coordinates, extra))

    def part(start, stop):
        block, skip = divmod(offset + start, 4)
        kernel(out[start:stop], skip, np.uint64(block), *fixed)

    if n_threads < 2:
        part(0, n)
        return out
    # Each part has whole Dirichlet rows.
    unit = extra if kind == "dirichlet" else 1
    bounds = [n // unit * i // n_threads * unit for i in range(n_threads + 1)]
    with ThreadPoolExecutor(n_threads) as pool:
        list(pool.map(part, bounds[:-1], bounds[1:]))
    return out
