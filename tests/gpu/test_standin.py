"""The stand-in for a GPU refuses what CuPy refuses, and says that it is none."""

import json

import numpy as np
import pytest
from support.parity import kernel_arguments

import refgen_gpu
import refgen_gpu.linalg
from refgen_gpu.arrays import device_label, to_device, to_host
from refgen_gpu.random import Stream

cupy = pytest.importorskip("cupy", reason="the stand-in reads CuPy's signatures")
from support.standin import DeviceArray, forbid_sync, use_standin  # noqa: E402
from support.standin.loops import check_types, ufunc_of  # noqa: E402
from support.standin.signatures import embedded, signature_of  # noqa: E402


@pytest.fixture(autouse=True)
def standin():
    with use_standin() as backend:
        yield backend


@pytest.fixture
def xp(standin):
    return standin.xp


# It refuses what CuPy refuses.


def test_functions_that_cupy_lacks_are_missing(xp):
    names = [name for name in vars(np) if not name.startswith("_")]
    missing = [name for name in names if not hasattr(cupy, name)]
    assert "nanquantile" in missing
    for name in missing:
        with pytest.raises(AttributeError, match="module 'cupy' has no attribute"):
            getattr(xp, name)
    with pytest.raises(AttributeError, match=r"module 'cupy\.linalg' has no attribute"):
        getattr(xp.linalg, "multi_dot")  # noqa: B009


def test_keywords_that_cupy_lacks_are_refused(xp):
    array = xp.arange(6.0)
    with pytest.raises(TypeError, match=r"cupy\.sum.*unexpected keyword"):
        xp.sum(array, where=array > 1)
    with pytest.raises(TypeError, match=r"cupy\.add got an unexpected keyword"):
        xp.add(array, array, subok=False)
    with pytest.raises(TypeError, match=r"cupy\.sort"):
        xp.sort(array, order="x")


REFUSED = {
    "an array as an index": lambda xp, a: range(10)[a.argmax()],
    "an array as a size": lambda xp, a: xp.zeros(a.argmax()),
    "sum of some": lambda xp, a: a.sum(where=a > 1),
    "max of nothing": lambda xp, a: a.max(initial=0),
    "mean of some": lambda xp, a: a.mean(where=a > 1),
    "var with correction": lambda xp, a: a.var(correction=1),
    "take modulo": lambda xp, a: a.take(a.argmax(), mode="wrap"),
    "round to a positional output": lambda xp, a: a.round(0, None, None),
    "a method of numbers": lambda xp, a: a.is_integer(),
    "a cast that is checked": lambda xp, a: a.astype(int, casting="unsafe"),
    "a cast to no subclass": lambda xp, a: a.astype(int, subok=False),
    "positional quicksort": lambda xp, a: a.argsort(0, "quicksort"),
    "quicksort": lambda xp, a: a.argsort(kind="quicksort"),
    "stable": lambda xp, a: xp.sort(a, stable=True),
    "an order of einsum": lambda xp, a: xp.einsum("i->", a, order="F"),
    "add to some": lambda xp, a: xp.add(a, a, where=a > 1),
    "too many terms": lambda xp, a: xp.exp(a, a, a),
    "reduce of a maximum": lambda xp, a: xp.maximum.reduce(a),
    "running maximum": lambda xp, a: xp.maximum.accumulate(a),
    "outer of a maximum": lambda xp, a: xp.maximum.outer(a, a),
    "reduce with a start": lambda xp, a: xp.add.reduce(a, initial=0.0),
    "reduce a list": lambda xp, a: xp.add.reduce([1.0, 2.0]),
    "reduceat of a product": lambda xp, a: xp.multiply.reduceat(a, a.astype(int)),
    "sum of a list": lambda xp, a: xp.sum([1.0, 2.0]),
    "sum of a number": lambda xp, a: xp.sum(1.0),
    "join lists": lambda xp, a: xp.concatenate([[1.0], [2.0]]),
    "join an array and a list": lambda xp, a: xp.stack([a, [1.0] * 4]),
    "where with a list": lambda xp, a: xp.where(a > 1, a, [1.0] * 4),
    "where of a truth": lambda xp, a: xp.where(True, a, a),
    "sort by a tuple of keys": lambda xp, a: xp.lexsort((a, a)),
    "a product with a tuple": lambda xp, a: a * (1.0, 2.0, 3.0, 4.0),
    "a list added in place": lambda xp, a: a.__iadd__([1.0] * 4),
    "a tuple added in place": lambda xp, a: a.__iadd__((1.0, 2.0, 3.0, 4.0)),
    "integers plus floats in place": lambda xp, a: xp.arange(4).__iadd__(a),
    "length of a number": lambda xp, a: len(a[0]),
    "parts of a number": lambda xp, a: list(a.sum()),
    "search in a number": lambda xp, a: xp.searchsorted(1.0, a),
    "search for NumPy's integer": lambda xp, a: xp.searchsorted(a, np.int64(1)),
    "repeat by an array": lambda xp, a: xp.repeat(a, xp.arange(4)),
    "set to a list": lambda xp, a: a.__setitem__(slice(None), [1.0] * 4),
}


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED)
def test_what_numpy_takes_and_cupy_does_not_is_refused(xp, call):
    refusals = TypeError, ValueError, AttributeError, NotImplementedError
    with pytest.raises(refusals):
        call(xp, xp.arange(4.0))


def test_stable_sorts_are_accepted(xp):
    for sort in (xp.sort, xp.argsort):
        assert sort(xp.arange(4.0), 0, "stable").tolist() == [0, 1, 2, 3]


def test_arrays_are_no_integers_as_in_cupy(xp):
    assert not hasattr(cupy.ndarray, "__index__")
    assert not hasattr(xp.arange(3), "__index__")


def test_every_public_method_of_cupy_has_a_signature():
    """That of `view` names the class; no other public method is left out."""
    names = [name for name in dir(cupy.ndarray) if not name.startswith("_")]
    methods = [name for name in names if callable(getattr(cupy.ndarray, name))]
    assert len(methods) > 50
    for name in methods:
        first = next(iter(signature_of(getattr(cupy.ndarray, name)).parameters))
        assert first == "self"
    with pytest.raises(TypeError, match="docstring has no signature"):
        embedded(SYNCS)


def test_numpy_functions_refuse_device_arrays(xp):
    array = xp.arange(3.0)
    for function in (np.concatenate, np.stack):
        with pytest.raises(TypeError, match="on a device array"):
            function([array, array])
    with pytest.raises(TypeError, match=r"numpy\.sum on a device array"):
        np.sum(array)
    with pytest.raises(TypeError):
        np.exp(array)
    with pytest.raises(TypeError, match="Implicit conversion"):
        np.asarray(array)


def test_host_arrays_are_not_mixed_in(xp):
    array, host = xp.arange(3.0), np.arange(3.0)
    for mixed in (
        lambda: array + host,
        lambda: host + array,
        lambda: array @ host,
        lambda: array == host,
        lambda: xp.add(array, host),
        lambda: xp.where(array > 1, array, host),
        lambda: xp.concatenate([array, host]),
        lambda: xp.einsum("i,i->", array, host),
        lambda: array[host.astype(int)],
    ):
        with pytest.raises(TypeError):
            mixed()
    with pytest.raises(TypeError):
        array[:] = host


def test_lists_are_no_operands(xp):
    for function in (xp.exp, xp.sqrt, xp.isfinite):
        with pytest.raises(TypeError, match="Unsupported type"):
            function([1.0, 2.0])
    with pytest.raises(TypeError, match="Unsupported type"):
        xp.arange(2.0) * [1.0, 2.0]


def test_results_whose_type_is_another_one_in_cupy_are_seen(standin, xp):
    small = xp.ones(2, dtype=np.int8)
    with pytest.raises(AssertionError, match=r"CuPy returns .*float32.* NumPy .*64"):
        standin.special.expn(small, small)
    assert standin.special.expn(small, small.astype(float)).dtype == np.float64
    with pytest.raises(TypeError, match=r"no loop for complex128"):
        check_types("f", cupy.frexp, (np.ones(2, complex),), None)
    truths = xp.asarray([True, False])
    assert (1 + truths).dtype == np.int64
    assert (0.5 * truths).dtype == (0.5 * xp.arange(2, dtype=np.int8)).dtype == float
    assert (0.5 * xp.ones(2, dtype=np.float32)).dtype == np.float32
    for operator in ("__add__", "__rpow__", "__rshift__", "__ror__", "__ne__"):
        assert isinstance(ufunc_of(operator), cupy.ufunc)
    assert ufunc_of("__rshift__") is cupy.right_shift
    assert ufunc_of("__rrshift__") is cupy.right_shift
    assert ufunc_of("__matmul__") is None


def test_reductions_stay_on_the_device(xp):
    total = xp.arange(3.0).sum()
    assert isinstance(total, DeviceArray)
    assert total.shape == ()
    assert isinstance(xp.arange(3.0)[0], DeviceArray)


def test_transfers_are_copies(xp):
    host = np.zeros(3)
    array = xp.asarray(host)
    array[:] = 1.0
    assert not host.any()
    back = to_host(array)
    back[:] = 2.0
    assert float(array.sum()) == 3


def test_an_array_of_the_device_is_not_copied_again(xp):
    array = xp.zeros(3)
    for same in (xp.asarray(array), xp.ascontiguousarray(array)):
        same += 1
    copied = xp.array(array)
    copied += 1
    assert array.tolist() == [2, 2, 2]


SYNCS = {
    "bool": lambda xp, a: bool((a > 1).any()),
    "float": lambda xp, a: float(a.sum()),
    "int": lambda xp, a: int(a.argmax()),
    "index": lambda xp, a: range(10)[int(a.argmax())],
    "item": lambda xp, a: a[0].item(),
    "tolist": lambda xp, a: a.tolist(),
    "get": lambda xp, a: a.get(),
    "asnumpy": lambda xp, a: xp.asnumpy(a),
    "mask": lambda xp, a: a[a > 1],
    "nonzero": lambda xp, a: xp.nonzero(a),
    "where": lambda xp, a: xp.where(a > 1),
    "nonzero of an array": lambda xp, a: a.nonzero(),
    "bincount": lambda xp, a: xp.bincount(a.astype(int)),
    "allclose": lambda xp, a: xp.allclose(a, a),
    "flatnonzero": lambda xp, a: xp.flatnonzero(a),
    "unique": lambda xp, a: xp.unique(a),
    "if": lambda xp, a: 1 if xp.any(a > 1) else 0,
    "to_host": lambda xp, a: to_host(a),
}


@pytest.mark.parametrize("wait", SYNCS.values(), ids=SYNCS)
def test_waiting_for_the_device_is_seen(xp, wait):
    array = xp.arange(4.0)
    wait(xp, array)
    with forbid_sync(), pytest.raises(AssertionError, match="waits for the device"):
        wait(xp, array)


def test_draws_and_kernels_do_not_wait(xp):
    with forbid_sync():
        draws = Stream(0, "no sync").normal((3, 5))
        total = xp.exp(draws).sum(axis=0) + xp.where(draws > 0, draws, 0.0)[1]
    assert total.shape == (5,)  # the shape is known without waiting for the numbers


# Launches are checked against the signatures in the sources.


def draw(kernel, out, **given):
    """Arguments of a kernel that fills `out`."""
    return kernel_arguments(kernel, **{"out": out, "n": len(out), **given})


def test_buffers_of_another_type_are_refused(standin, xp):
    short = draw("stream_integers", xp.empty(8, dtype=np.int32), high=9)
    with pytest.raises(TypeError, match=r"out must be int64, got int32"):
        standin.launch("stream_integers", (1,), (32,), short)
    single = draw("stream_normal", xp.empty(8, dtype=np.float32))
    with pytest.raises(TypeError, match=r"out must be float64, got float32"):
        standin.launch("stream_normal", (1,), (32,), single)


def test_host_buffers_are_refused(standin):
    with pytest.raises(TypeError, match="Unsupported type"):
        standin.launch("stream_normal", (1,), (32,), draw("stream_normal", np.empty(8)))


def test_strided_views_are_refused(standin, xp):
    out = xp.empty(16)[::2]
    with pytest.raises(ValueError, match=r"stream_normal: out must be C-contiguous"):
        standin.launch("stream_normal", (1,), (32,), draw("stream_normal", out))


def test_swapped_arguments_are_refused(standin, xp):
    out = xp.empty(8)
    first, second, *rest = draw("stream_normal", out)
    with pytest.raises(TypeError, match="out must be a device array, got int"):
        standin.launch("stream_normal", (1,), (32,), (second, first, *rest))


def test_kernels_write_what_they_say_and_no_more(standin, xp):
    out = xp.full(40, -1.0)
    standin.launch("stream_uniform", (1,), (32,), draw("stream_uniform", out, n=37))
    values = to_host(out)
    assert ((values[:37] > 0) & (values[:37] < 1)).all()
    assert (values[37:] == -1).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_threads_changes_nothing(seed):
    whole = to_host(Stream(0, "order").normal(300))
    with use_standin(order_seed=seed):
        np.testing.assert_array_equal(to_host(Stream(0, "order").normal(300)), whole)


# CuPy's silent default, and the package, which raises.


def test_failed_factorizations_are_silent_by_default(standin, xp):
    indefinite = to_device([[1.0, 2.0], [2.0, 1.0]])
    xp.linalg.cholesky(indefinite)  # meaningless numbers
    with standin.linalg_errors(), pytest.raises(np.linalg.LinAlgError):
        xp.linalg.cholesky(indefinite)
    assert np.isnan(to_host(xp.linalg.cholesky(indefinite))).all()
    with pytest.raises(np.linalg.LinAlgError):
        refgen_gpu.linalg.solve_positive(indefinite, to_device([[1.0], [1.0]]))


# It says what it is.


def test_labels_say_that_no_gpu_was_used(standin, xp):
    assert not standin.is_gpu
    for label in (standin.device, device_label()):
        assert label.startswith("STAND-IN on the CPU")
        assert "no GPU was used" in label
    assert repr(xp.arange(2)) == "<stand-in, NOT a GPU array: array([0, 1])>"


def test_results_carry_the_label():
    from refgen.claims import all_claims
    from refgen.verify import Profile, verify_claim

    small = Profile("small", instances=2, search_examples=0, slow=False)
    result = verify_claim(all_claims()[0], small, rg=refgen_gpu)
    assert "no GPU was used" in json.dumps(result.device)
