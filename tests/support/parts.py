"""Tables that a package keeps in parts: a module for each topic."""

import importlib
import pkgutil


def parts(package):
    """The modules of a package."""
    found = pkgutil.iter_modules(package.__path__)
    return [
        importlib.import_module(f"{package.__name__}.{part.name}") for part in found
    ]


def merged(modules, name):
    """The tables of this name in all of the modules, as one."""
    return {
        key: value
        for module in modules
        for key, value in getattr(module, name, {}).items()
    }
