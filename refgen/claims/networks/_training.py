"""Training a batch of problems in one call, each member on its own points."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.claims.networks.domains import PARTS


def with_architecture(rg: Any, network: Any, *architecture: Any) -> Any:
    """The same parameters in another architecture."""
    n = rg.networks
    given = n.Architecture(*architecture)
    return n.TwoLayerNetworks(*(getattr(network, name) for name in PARTS), given)


def trained(
    rg: Any, networks: Any, points: Any, targets: Any, loss: str, **options: Any
) -> Any:
    """Networks (batch,) trained on points (batch, n, d) with targets (batch, n, k)."""
    xp, (batch, n, d) = namespace(points), points.shape
    settings = {
        "shuffle": False,
        "batch_size": None,
        "rows": xp.arange(batch * n).reshape(batch, n),
        "n_members": batch,
    }
    return rg.networks.train(
        points.reshape(-1, d),
        targets.reshape(batch * n, -1),
        rg.random.Stream(0),
        initial=networks,
        loss=loss,
        **{**settings, **options},
    )


def inner(xp: Any, left: Any, right: Any) -> tuple[Any, Any]:
    """Σ over all parameters of left · right, and the sum of absolute terms."""
    products = [getattr(left, name) * getattr(right, name) for name in PARTS]
    flat = xp.concatenate([p.reshape(len(p), -1) for p in products], axis=1)
    return flat.sum(axis=1), abs(flat).sum(axis=1)
