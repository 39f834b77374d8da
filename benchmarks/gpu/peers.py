"""torch and jax on our numbers: which are there, in which precision, in which memory.

Arrays go over by DLPack, so that all compute on the same numbers in the same place. On
the stand-in, which is for tests of this code, they go over by NumPy to the CPU.
"""

import importlib
import importlib.util
import os
import sys

from refgen_gpu.backend import backend

# What else decides the speed or the precision of the peers' products.
SETTINGS = ("NVIDIA_TF32_OVERRIDE", "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE", "XLA_FLAGS")


def missing(modules):
    """Those of `modules` that are not installed."""
    return [name for name in modules if importlib.util.find_spec(name) is None]


def load_torch():
    """The module torch, with float32 products in float32.

    Raises
    ------
    RuntimeError
        If it sees no GPU where there is one: its CPU is no peer.
    """
    import torch

    torch.set_float32_matmul_precision("highest")
    if backend().is_gpu and not torch.cuda.is_available():
        raise RuntimeError(f"torch {torch.__version__} sees no GPU here")
    return torch


def load_jax():
    """The module jax, which takes memory as it needs it.

    Raises
    ------
    RuntimeError
        If it sees no GPU where there is one: its CPU is no peer.
    """
    # By default jax takes three quarters of the card when it starts.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    import jax

    if backend().is_gpu and jax.default_backend() != "gpu":
        raise RuntimeError(f"jax {jax.__version__} computes on {jax.default_backend()}")
    return jax


def to_torch(array):
    """Our array as one of torch, on the same device."""
    import torch

    be = backend()
    return torch.from_dlpack(array) if be.is_gpu else torch.tensor(be.to_host(array))


def to_jax(array):
    """Our array as one of jax, on the same device."""
    import jax

    be = backend()
    if be.is_gpu:
        return jax.numpy.from_dlpack(array)
    return jax.numpy.asarray(be.to_host(array))


def to_host(array):
    """An array of ours or of a peer in NumPy."""
    if type(array).__module__ == "torch":
        return array.cpu().numpy()
    return backend().to_host(array)


def release():
    """Give back what our pool and torch's keep; jax keeps its own."""
    backend().release_memory()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


def versions(modules):
    """Of the peers that were used, with what changes their speed or precision."""
    loaded = map(importlib.import_module, ("numpy", *modules))
    found = {module.__name__: module.__version__ for module in loaded}
    if "torch" in modules:
        import torch

        found["CUDA of torch"] = torch.version.cuda
    settings = {name: os.environ[name] for name in SETTINGS if name in os.environ}
    return found | settings
