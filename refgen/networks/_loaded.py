"""Ensembles from files of plain arrays."""

from __future__ import annotations

import zipfile
from typing import Any

import numpy as np

from refgen.networks._architecture import Architecture
from refgen.networks._saved import ARRAYS, FORMAT, NETWORKS, as_path
from refgen.networks._task import Task
from refgen.networks.ensemble import Ensemble
from refgen.networks.two_layer import FIELDS, TwoLayerNetworks


def read(path: Any) -> Ensemble:
    """The ensemble in a file.

    Raises
    ------
    FileNotFoundError
        If there is no file.
    ValueError
        If it holds no ensemble.

    Examples
    --------
    >>> read("/dev/null")
    Traceback (most recent call last):
    ValueError: path: /dev/null is no file that Ensemble.save wrote
    """
    place = as_path(path)
    refused = f"path: {place} is no file that Ensemble.save wrote"
    try:
        with np.load(place, allow_pickle=False) as file:
            given = dict(file)
    except FileNotFoundError as error:
        raise FileNotFoundError(f"path: there is no file {str(place)!r}") from error
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(refused) from error
    except TypeError:  # a bare array is no mapping
        raise ValueError(refused) from None
    try:
        form = int(given["format"])
        if form != FORMAT:
            raise ValueError(
                f"it has the format {form}, and this version reads {FORMAT}"
            )
        return _ensemble(given)
    except KeyError as error:
        raise ValueError(f"{refused}: it has no {error}") from error
    except (TypeError, ValueError, IndexError) as error:
        raise ValueError(f"{refused}: {error}") from error


def _ensemble(given: dict[str, Any]) -> Ensemble:
    inner, outer = map(float, given["scales"])
    architecture: Any = Architecture(str(given["activation"]), inner, outer)  # type: ignore[arg-type]
    trained, initial = (_networks(given, which, architecture) for which in NETWORKS)
    classes = given.get("classes")
    return Ensemble(
        networks=trained,
        initial=initial,
        **{name: given[name] for name in ARRAYS},
        task=Task(str(given["loss"]), classes),
    )


def _networks(given: dict[str, Any], which: str, architecture: Any) -> TwoLayerNetworks:
    """Checked in shape and type; weights of a member that diverged are not finite."""
    arrays = {name: given[f"{which}.{name}"] for name in FIELDS}
    TwoLayerNetworks(
        **{name: np.nan_to_num(array) for name, array in arrays.items()},
        architecture=architecture,
    )
    return TwoLayerNetworks.trusted(**arrays, architecture=architecture)
