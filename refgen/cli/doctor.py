"""``refgen doctor``: what is installed, and what it runs on."""

from __future__ import annotations

import os

import click

from refgen import __version__

REQUIRED = ("numpy", "scipy", "scikit-learn", "numba", "hypothesis")
OPTIONAL = ("matplotlib", "pyarrow", "distributed")


@click.command("doctor")
def command() -> None:
    """Show versions, threads, devices, and what last bits depend on."""
    import importlib.metadata as metadata
    import platform

    from refgen.verify.environment import arithmetic

    click.echo(f"refgen {__version__}, Python {platform.python_version()}")
    for name in REQUIRED:
        click.echo(f"  {name} {metadata.version(name)}")
    for name in OPTIONAL:
        try:
            click.echo(f"  {name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            click.echo(f"  {name} not installed (optional)")
    click.echo(f"threads: {_threads()}")
    for name, found in arithmetic().items():
        click.echo(f"{name}: {', '.join(found)}")
    click.echo(f"GPU: {_gpu()}")


def _threads() -> str:
    import numba
    from threadpoolctl import threadpool_info

    pools = {f"{p['internal_api']} {p['num_threads']}" for p in threadpool_info()}
    cores = os.cpu_count()
    return ", ".join(
        [f"{cores} cores", f"numba {numba.get_num_threads()}", *sorted(pools)]
    )


def _gpu() -> str:
    from refgen_gpu.backend import backend, probe

    why = probe()
    return backend().device if why is None else f"none ({why})"
