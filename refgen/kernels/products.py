"""Matrix products in one order, by fused multiply-adds: the same bits everywhere.

Each entry of C + AB is the fold of fma(aᵢₖ, bₖⱼ, ·) over k = 0, 1, …, which starts from
cᵢⱼ. So it depends on nothing but its row, its column and its start: not on the sizes of
the product, on blocks, threads, or the device. A product over k in several parts, each
of which starts from the last one's result, has the bits of the whole.
"""

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from refgen.kernels import compiled
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


def _tile(module: Any, n_rows: int) -> Any:
    """C + AB for `n_rows` rows and `LANES` columns, held in registers over all of k.

    A function of its own: copies of it in all its callers would take long to compile.
    """
    pointer, name = ir.DoubleType().as_pointer(), f"refgen_tile_{n_rows}"
    if name in module.globals:
        return module.globals[name]
    kinds = (pointer, _WORD, _WORD, pointer, _WORD, pointer, _WORD, _WORD)
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), kinds), name)
    function.linkage = "internal"
    function.attributes.add("noinline")
    a, a_row, a_column, b, b_row, c, c_row, n_terms = function.args
    fma = cgutils.get_or_insert_function(
        module, ir.FunctionType(_VECTOR, [_VECTOR] * 3), f"llvm.fma.v{LANES}f64"
    )
    entry, loop, after = (
        function.append_basic_block(name) for name in ("entry", "term", "end")
    )
    rows = [ir.Constant(_WORD, i) for i in range(n_rows)]

    builder = ir.IRBuilder(entry)
    ends = [_vector_at(builder, builder.gep(c, [builder.mul(i, c_row)])) for i in rows]
    before = [builder.load(end, align=8) for end in ends]
    some = builder.icmp_signed(">", n_terms, ir.Constant(_WORD, 0))
    builder.cbranch(some, loop, after)

    builder.position_at_end(loop)
    k, sums = builder.phi(_WORD), [builder.phi(_VECTOR) for _ in rows]
    row = builder.gep(b, [builder.mul(k, b_row)])
    right = builder.load(_vector_at(builder, row), align=8)
    column = builder.gep(a, [builder.mul(k, a_column)])
    left = [
        builder.load(builder.gep(column, [builder.mul(i, a_row)]), align=8)
        for i in rows
    ]
    added = [
        builder.call(fma, [_repeated(builder, number), right, total])
        for number, total in zip(left, sums, strict=True)
    ]
    following = builder.add(k, ir.Constant(_WORD, 1))
    k.add_incoming(ir.Constant(_WORD, 0), entry)
    k.add_incoming(following, loop)
    builder.cbranch(builder.icmp_signed("<", following, n_terms), loop, after)

    builder.position_at_end(after)
    # All of a block's phis come before its other instructions.
    results = [builder.phi(_VECTOR) for _ in rows]
    for total, result, first, new in zip(sums, results, before, added, strict=True):
        total.add_incoming(first, entry)
        total.add_incoming(new, loop)
        result.add_incoming(first, entry)
        result.add_incoming(new, loop)
    for result, end in zip(results, ends, strict=True):
        builder.store(result, end, align=8)
    builder.ret_void()
    return function


def _tile_code(n_rows: int) -> Any:
    def tile(context, a, a_at, a_row, a_column, b, b_at, b_row, c, c_at, c_row, n):
        two, three = (types.intp,) * 2, (types.intp,) * 3
        signature = types.void(a, *three, b, *two, c, *two, types.intp)

        def build(context, builder, signature, args):
            def start(i):
                array = context.make_array(signature.args[i])
                data = array(context, builder, args[i]).data
                return builder.gep(data, [args[i + 1]])

            a, b, c = start(0), start(4), start(7)
            _, _, a_row, a_column, _, _, b_row, _, _, c_row, n_terms = args
            given = (a, a_row, a_column, b, b_row, c, c_row, n_terms)
            builder.call(_tile(builder.module, n_rows), given)
            return context.get_dummy_value()

        return signature, build

    return intrinsic(tile)


_tile8: Any = _tile_code(8)
_tile4: Any = _tile_code(4)
_tile1: Any = _tile_code(1)


@compiled
def add_product(
    a, a_at, a_row, a_column, b, b_at, b_row, c, c_at, c_row, n_rows, n_columns, n_terms
):
    """C += AB, of flat arrays; aᵢₖ is at a_at + i·a_row + k·a_column, and so on.

    `n_columns`, `b_row` and `c_row` are those of padded rows: multiples of `LANES`.
    """
    for j in range(0, n_columns, LANES):
        i = 0
        while i + 8 <= n_rows:
            _tile8(
                a, a_at + i * a_row, a_row, a_column,
                b, b_at + j, b_row, c, c_at + i * c_row + j, c_row, n_terms,
            )  # fmt: skip
            i += 8
        while i + 4 <= n_rows:
            _tile4(
                a, a_at + i * a_row, a_row, a_column,
                b, b_at + j, b_row, c, c_at + i * c_row + j, c_row, n_terms,
            )  # fmt: skip
            i += 4
        while i < n_rows:
            _tile1(
                a, a_at + i * a_row, a_row, a_column,
                b, b_at + j, b_row, c, c_at + i * c_row + j, c_row, n_terms,
            )  # fmt: skip
            i += 1
