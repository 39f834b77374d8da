"""Training a batch of problems in one call, each member on its own points."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from refgen.arrays import namespace
from refgen.claims.kinds import equal
from refgen.claims.networks.domains import PARTS


def with_architecture(rg: Any, network: Any, *architecture: Any) -> Any:
    """The same parameters in another architecture."""
    return changed(rg, network, rg.networks.Architecture(*architecture))


def changed(rg: Any, network: Any, architecture: Any = None, **parts: Any) -> Any:
    """The same network with other parameters, or in another architecture."""
    own = {name: getattr(network, name) for name in PARTS}
    given = network.architecture if architecture is None else architecture
    return rg.networks.TwoLayerNetworks(**{**own, **parts}, architecture=given)


def joined(rg: Any, *networks: Any) -> Any:
    """Networks of several batches, one after another."""
    first = networks[0]
    xp = namespace(first.hidden_weights)
    parts = {
        name: xp.concatenate([getattr(one, name) for one in networks]) for name in PARTS
    }
    return changed(rg, first, **parts)


def flat(network: Any) -> Any:
    """All parameters, (batch, n_parameters)."""
    xp = namespace(network.hidden_weights)
    parts = [getattr(network, name) for name in PARTS]
    return xp.concatenate([part.reshape(len(part), -1) for part in parts], axis=1)


def same_bits(left: Any, right: Any) -> Any:
    """The relation of numbers that are equal but for the sign of 0."""
    # What is allowed is an eighth of the least distance of two numbers.
    return equal(left, right, abs(right) / 16, roundings=1)


def trained(
    rg: Any, networks: Any, points: Any, targets: Any, loss: str, **options: Any
) -> Any:
    """Networks (batch,) trained on points (batch, n, d) with targets (batch, n, k).

    All of them with the same shuffles: where an instance stands says nothing.
    """
    xp, (batch, n, _) = namespace(points), points.shape
    settings: dict[str, Any] = {
        "stream": rg.random.Stream(0),
        "shuffle": False,
        "batch_size": None,
        "rows": xp.arange(batch * n).reshape(batch, n),
        "n_members": batch,
        "vary": "initialization",
        **options,
    }
    with warnings.catch_warnings():
        # Of points that are small, or alone: statements are about them, too.
        warnings.simplefilter("ignore", rg.networks.TrainingWarning)
        return _train(rg, networks, points, targets, loss, settings)


def _train(
    rg: Any, networks: Any, points: Any, targets: Any, loss: str, settings: Any
) -> Any:
    n_rows, d = points.shape[0] * points.shape[1], points.shape[2]
    return rg.networks.train(
        points.reshape(-1, d),
        targets.reshape(n_rows, -1),
        settings.pop("stream"),
        initial=networks,
        loss=loss,
        **settings,
    )


def trained_together(
    rg: Any, starts: Sequence[Any], points: Any, targets: Any, loss: str, **options: Any
) -> list[Any]:
    """Networks of several batches, each trained on the same points, in one call."""
    xp, batch, n = namespace(points), len(points), len(starts)
    each = {
        name: xp.concatenate([value] * n) if hasattr(value, "shape") else value
        for name, value in {"points": points, "targets": targets, **options}.items()
    }
    ends = trained(rg, joined(rg, *starts), loss=loss, **each).networks
    return [ends.take(slice(i * batch, (i + 1) * batch)) for i in range(n)]


def inner(left: Any, right: Any) -> tuple[Any, Any]:
    """Σ over all parameters of left · right, and the sum of absolute terms."""
    products = flat(left) * flat(right)
    return products.sum(axis=1), abs(products).sum(axis=1)
