"""Matrix products in one order, by fused multiply-adds: the same bits everywhere.

Each entry of C + AB is the fold of fma(aᵢₖ, bₖⱼ, ·) over k = 0, 1, …, which starts from
cᵢⱼ, or from 0. So it depends on nothing but its row, its column and its start: not on
the sizes of the product, on blocks, threads, or the device. A product over k in several
parts, each of which starts from the last one's result, has the bits of the whole.
"""

from typing import Any

import llvmlite.binding as llvm  # type: ignore[import-untyped]
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from refgen.kernels.linked import FLOATS, INTEGER, NOTHING, ahead, linked
from refgen.kernels.packed import LANES

_VECTOR = ir.VectorType(ir.DoubleType(), LANES)
_WORD = ir.IntType(64)


def _vector_at(builder: Any, pointer: Any) -> Any:
    return builder.bitcast(pointer, _VECTOR.as_pointer())


def _repeated(builder: Any, number: Any) -> Any:
    """A vector with one number in each lane."""
    nothing, lane = ir.Constant(_VECTOR, ir.Undefined), ir.IntType(32)
    first = builder.insert_element(nothing, number, ir.Constant(lane, 0))
    same = ir.Constant(ir.VectorType(lane, LANES), [0] * LANES)
    return builder.shuffle_vector(first, nothing, same)


def _tile(module: Any, n_rows: int, n_vectors: int) -> Any:
    """AB or C + AB for some rows and vectors of columns, in registers over all of k.

    A function of its own: copies of it in all its callers would take long to compile.
    """
    pointer, name = ir.DoubleType().as_pointer(), f"refgen_tile_{n_rows}_{n_vectors}"
    if name in module.globals:
        return module.globals[name]
    kinds = (pointer, _WORD, _WORD, pointer, _WORD, pointer, _WORD, _WORD, _WORD)
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), kinds), name)
    function.linkage = "internal"
    function.attributes.add("noinline")
    a, a_row, a_column, b, b_row, c, c_row, n_terms, added = function.args
    fma = cgutils.get_or_insert_function(
        module, ir.FunctionType(_VECTOR, [_VECTOR] * 3), f"llvm.fma.v{LANES}f64"
    )
    entry, loop, after = (
        function.append_basic_block(name) for name in ("entry", "term", "end")
    )
    rows = [ir.Constant(_WORD, i) for i in range(n_rows)]
    columns = [ir.Constant(_WORD, LANES * j) for j in range(n_vectors)]

    builder = ir.IRBuilder(entry)
    starts = [builder.gep(c, [builder.mul(i, c_row)]) for i in rows]
    ends = [_vector_at(builder, builder.gep(s, [j])) for s in starts for j in columns]
    zero = ir.Constant(_VECTOR, None)
    kept = builder.icmp_signed("!=", added, ir.Constant(_WORD, 0))
    before = [builder.select(kept, builder.load(end, align=8), zero) for end in ends]
    some = builder.icmp_signed(">", n_terms, ir.Constant(_WORD, 0))
    builder.cbranch(some, loop, after)

    builder.position_at_end(loop)
    k, sums = builder.phi(_WORD), [builder.phi(_VECTOR) for _ in ends]
    row = builder.gep(b, [builder.mul(k, b_row)])
    right = [
        builder.load(_vector_at(builder, builder.gep(row, [j])), align=8)
        for j in columns
    ]
    column = builder.gep(a, [builder.mul(k, a_column)])
    left = [
        _repeated(builder, builder.load(builder.gep(column, [builder.mul(i, a_row)])))
        for i in rows
    ]
    pairs = [(number, vector) for number in left for vector in right]
    new = [
        builder.call(fma, [*pair, total])
        for pair, total in zip(pairs, sums, strict=True)
    ]
    following = builder.add(k, ir.Constant(_WORD, 1))
    k.add_incoming(ir.Constant(_WORD, 0), entry)
    k.add_incoming(following, loop)
    builder.cbranch(builder.icmp_signed("<", following, n_terms), loop, after)

    builder.position_at_end(after)
    # All of a block's phis come before its other instructions.
    results = [builder.phi(_VECTOR) for _ in ends]
    for total, result, first, last in zip(sums, results, before, new, strict=True):
        total.add_incoming(first, entry)
        total.add_incoming(last, loop)
        result.add_incoming(first, entry)
        result.add_incoming(last, loop)
    for result, end in zip(results, ends, strict=True):
        builder.store(result, end, align=8)
    builder.ret_void()
    return function


def _tile_code(n_rows: int, n_vectors: int) -> Any:
    def tile(context, a, a_row, a_column, b, b_row, c, c_row, n_terms, added):
        word = types.intp
        signature = types.void(
            FLOATS, word, word, FLOATS, word, FLOATS, word, word, word
        )

        def build(context, builder, signature, args):
            builder.call(_tile(builder.module, n_rows, n_vectors), args)
            return context.get_dummy_value()

        return signature, build

    return intrinsic(tile)


# The sums of 8 rows of 8 columns are held by registers of 512 bits; of half their size
# and number, those of 4 rows.
_TALL = bool(llvm.get_host_cpu_features().get("avx512f"))

_tile_8_1: Any = _tile_code(8, 1)
_tile_4_1: Any = _tile_code(4, 1)
_tile_1_4: Any = _tile_code(1, 4)
_tile_1_1: Any = _tile_code(1, 1)


@linked(NOTHING, FLOATS, INTEGER, INTEGER, FLOATS, INTEGER, FLOATS, *(INTEGER,) * 5)
def product(a, a_row, a_column, b, b_row, c, c_row, n_rows, n_columns, n_terms, added):
    """C = AB, or C += AB if `added` is not 0; aᵢₖ is at i·a_row + k·a_column.

    `n_columns`, `b_row` and `c_row` are those of padded rows: multiples of `LANES`.
    """
    whole = n_rows - n_rows % 4
    tall = whole - whole % 8 if _TALL else 0
    for j in range(0, n_columns, LANES):
        right = ahead(b, j)
        for i in range(0, tall, 8):
            left, to = ahead(a, i * a_row), ahead(c, i * c_row + j)
            _tile_8_1(left, a_row, a_column, right, b_row, to, c_row, n_terms, added)
        for i in range(tall, whole, 4):
            left, to = ahead(a, i * a_row), ahead(c, i * c_row + j)
            _tile_4_1(left, a_row, a_column, right, b_row, to, c_row, n_terms, added)
    for i in range(whole, n_rows):
        left, j = ahead(a, i * a_row), 0
        while j < n_columns:
            right, to = ahead(b, j), ahead(c, i * c_row + j)
            if j + 4 * LANES <= n_columns:
                _tile_1_4(left, 0, a_column, right, b_row, to, 0, n_terms, added)
                j += 4 * LANES
            else:
                _tile_1_1(left, 0, a_column, right, b_row, to, 0, n_terms, added)
                j += LANES
