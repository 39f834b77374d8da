"""Which claims relate to a mutant: those that call what it changes."""

import fnmatch
import re

from mutation.stored import enclosing, source


class Callers:
    """Claims by the functions that they call.

    Parameters
    ----------
    calls : dict of str to set of (module, qualname)
        What `support.tracing.calls_of_claims` found.
    """

    def __init__(self, calls):
        self._calls = calls

    def of(self, mutant):
        """Ids of the related claims, in the order of `calls`."""
        if mutant.claims is not None:
            return [id for id in self._calls if _matches(id, mutant.claims)]
        module = mutant.file.removesuffix(".py").replace("/", ".")
        module = module.removesuffix(".__init__")
        if module.startswith("refgen.kernels."):
            return self._calling(_users(module.rpartition(".")[2]), "")
        text = source(mutant)
        name = enclosing(text, mutant.line(text))
        return self._calling({module}, name)

    def _calling(self, modules, name):
        """Claims that call `name`, or what is defined in it, in one of the modules."""

        def inside(module, called):
            below = not name or called == name or called.startswith(f"{name}.")
            return module in modules and below and called != "<module>"

        return [
            id
            for id, found in self._calls.items()
            if any(inside(module, called) for module, called in found)
        ]


def _matches(id, patterns):
    return any(fnmatch.fnmatchcase(id, pattern) for pattern in patterns)


def _users(kernel):
    """Modules of kernels that are compiled with this one: itself and its importers."""
    from mutation.stored import ROOT

    users, grown = {kernel}, True
    while grown:
        pattern = rf"from refgen\.kernels\.({'|'.join(users)}) import"
        more = {
            path.stem
            for path in (ROOT / "refgen" / "kernels").glob("*.py")
            if re.search(pattern, path.read_text(encoding="utf-8"))
        }
        users, grown = users | more, not more <= users
    return {f"refgen.kernels.{name}" for name in users}
