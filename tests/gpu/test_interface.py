"""refgen_gpu is a drop-in for refgen: modules, names, signatures and defaults."""

import importlib
import inspect
import pkgutil

import pytest

import refgen
import refgen_gpu
from refgen_gpu.mirror import NOT_MIRRORED, ON_THE_HOST, public_names


def modules(package):
    yield package.__name__
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.rpartition(".")[2].startswith("_"):
            yield found.name


def is_listed(module):
    return any(module == m or module.startswith(f"{m}.") for m in NOT_MIRRORED)


MIRRORED = [m for m in modules(refgen) if m != "refgen" and not is_listed(m)]


def twin(module):
    return importlib.import_module(module.replace("refgen", "refgen_gpu", 1))


def parameters(function):
    """Names, kinds and defaults; annotations may be narrower on one side."""
    return [
        (p.name, p.kind, p.default)
        for p in inspect.signature(function).parameters.values()
    ]


def public_pairs():
    for path in MIRRORED:
        module = importlib.import_module(path)
        for name in public_names(module):
            yield path, name


@pytest.mark.parametrize("module", MIRRORED)
def test_every_module_has_a_twin_with_the_same_names(module):
    host = importlib.import_module(module)
    missing = [n for n in public_names(host) if not hasattr(twin(module), n)]
    assert missing == []


@pytest.mark.parametrize(("module", "name"), list(public_pairs()))
def test_signatures_and_defaults_are_equal(module, name):
    host = getattr(importlib.import_module(module), name)
    device = getattr(twin(module), name)
    assert type(device) is type(host) or callable(device) == callable(host)
    if not callable(host):
        return
    assert parameters(device) == parameters(host)
    if inspect.isclass(host):
        for method, ours in inspect.getmembers(host, inspect.isfunction):
            if not method.startswith("_"):
                theirs = getattr(device, method)
                assert parameters(theirs) == parameters(ours), method
    assert inspect.getdoc(device)


def test_nothing_public_is_on_the_device_only():
    own = {"backend", "launch", "chunks", "instances", "mirror", "kernels"}
    own |= {"check", "evidence"}  # about the device itself
    twins = {m.replace("refgen", "refgen_gpu", 1) for m in MIRRORED}
    extra = [
        m
        for m in modules(refgen_gpu)
        if m not in twins and m != "refgen_gpu" and m.split(".")[1] not in own
    ]
    assert extra == []


def test_what_is_not_mirrored_is_a_short_list_with_reasons():
    existing = set(modules(refgen))
    assert set(NOT_MIRRORED) <= existing
    assert all(len(reason) > 10 for reason in NOT_MIRRORED.values())
    assert len(NOT_MIRRORED) <= 8


def test_what_stays_on_the_host_is_public_and_has_a_reason():
    names = {name for _, name in public_pairs()}
    assert set(ON_THE_HOST) <= names
    assert all(ON_THE_HOST.values())


@pytest.mark.parametrize("name", list(refgen.__all__))
def test_top_level_names_agree(name):
    assert name in refgen_gpu.__all__ or f"refgen.{name}" in NOT_MIRRORED
