"""refgen_gpu is a drop-in for refgen: modules, names, signatures and defaults."""

import ast
import importlib
import inspect
import pickle
import pkgutil
from pathlib import Path

import pytest
from support import parity_bounds

import refgen
import refgen_gpu
from refgen.arrays import Instance, why_on_the_host
from refgen.theories import THEORIES
from refgen_gpu.mirror import own_version

HERE = Path(__file__).parent
# About the device itself.
OWN = {"backend", "check", "chunks", "evidence", "instances", "kernels", "launch"}
OWN |= {"mirror", "placement", "transfer"}


def modules(package):
    """Public modules and packages at the top of `package`."""
    for found in pkgutil.iter_modules(package.__path__):
        if not found.name.startswith("_"):
            yield found.name


def of(package, name):
    return importlib.import_module(f"{package.__name__}.{name}")


def why_not_mirrored(name):
    return getattr(of(refgen, name), "NOT_MIRRORED", None)


MODULES = [n for n in modules(refgen) if n not in ("kernels", "theories")]
MIRRORED = [n for n in MODULES if why_not_mirrored(n) is None]
PAIRS = [(m, name) for m in MIRRORED for name in of(refgen, m).__all__]


def public(package, module, name):
    return getattr(of(package, module), name)


def parameters(function):
    """Names, kinds and defaults; annotations may be narrower on one side."""
    return [
        (p.name, p.kind, p.default)
        for p in inspect.signature(function).parameters.values()
    ]


@pytest.mark.parametrize("name", MODULES)
def test_every_module_is_mirrored_or_says_why_not(name):
    why = why_not_mirrored(name)
    if why is None:
        assert sorted(of(refgen_gpu, name).__all__) == sorted(of(refgen, name).__all__)
    else:
        assert len(why) > 10
        assert name not in refgen_gpu.__all__


@pytest.mark.parametrize("module", MIRRORED)
def test_signatures_and_defaults_are_equal(module):
    for name in of(refgen, module).__all__:
        check_signatures(*(public(p, module, name) for p in (refgen, refgen_gpu)))


def check_signatures(host, device):
    assert callable(device) == callable(host), host
    is_warning = inspect.isclass(host) and issubclass(host, Warning)
    if not callable(host) or is_warning:
        return
    assert parameters(device) == parameters(host)
    if inspect.isclass(host):
        for method, ours in inspect.getmembers(host, inspect.isroutine):
            if not method.startswith("_") and (inspect.signature(ours)):
                theirs = getattr(device, method)
                assert parameters(theirs) == parameters(ours), method
    assert inspect.getdoc(device)


@pytest.mark.parametrize("module", MIRRORED)
def test_names_are_the_same_object_each_time_and_pickle(module):
    for name in of(refgen, module).__all__:
        value = public(refgen_gpu, module, name)
        assert public(refgen_gpu, module, name) is value
        again = pickle.loads(pickle.dumps(value))
        assert again is value or not callable(value), name


def test_what_is_neither_mirrored_nor_own_has_a_reason():
    for module, name in PAIRS:
        host, device = (public(p, module, name) for p in (refgen, refgen_gpu))
        if host is device and module != "arrays" and callable(host):
            assert len(why_on_the_host(host) or "") > 10, name


@pytest.mark.parametrize("theory", THEORIES)
def test_own_versions_are_found(theory):
    """A file whose counterpart in refgen was renamed would not be used any more."""
    mirror = of(refgen_gpu, theory)
    for found in pkgutil.iter_modules(mirror.__path__, f"{mirror.__name__}."):
        if found.name.rpartition(".")[2].startswith("_"):
            continue  # what files of own versions share
        module = importlib.import_module(found.name)
        own = {
            name: value
            for name, value in vars(module).items()
            if not name.startswith("_")
            and getattr(value, "__module__", None) == module.__name__
        }
        assert own
        for name, value in own.items():
            assert getattr(mirror, name) is value
            assert own_version(public(refgen, theory, name), name) is value


def test_nothing_public_is_on_the_device_only():
    assert sorted(modules(refgen_gpu)) == sorted({*MIRRORED, *OWN})
    assert set(refgen_gpu.__all__) == {"NoDeviceError", "__version__", *MIRRORED}


@pytest.mark.parametrize("theory", THEORIES)
def test_instance_types_say_what_they_are(theory):
    for name in of(refgen, theory).__all__:
        host = public(refgen, theory, name)
        if inspect.isclass(host) and issubclass(host, Instance):
            device = public(refgen_gpu, theory, name)
            assert issubclass(device, host)
            assert device.__module__ == f"refgen_gpu.{theory}"
            assert device.__doc__.startswith(f"`{host.__module__}.{name}` with its")
            assert "Parameters" in device.__doc__


COMPARED = {part.name for part in pkgutil.iter_modules(parity_bounds.__path__)}


@pytest.mark.parametrize("theory", sorted({*THEORIES} - COMPARED))
def test_what_test_theories_does_not_compare_has_tests_that_know_all_names(theory):
    """Parity and refusals on a device; `assert_complete` fails on what is missing."""
    used = set()
    for path in HERE.parent.glob(f"{theory}/test_*.py"):
        calls = [
            node.func.id
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        ]
        if "assert_complete" in calls:
            used.update(calls)
    assert {"assert_same_bits", "assert_within", "check_agreement"} & used
    assert {"check_host_arguments", "check_bad_numbers"} <= used
