"""Training against torch, whose numbers are frozen: see data/torch_steps.py."""

import json
from pathlib import Path

import numpy as np
import pytest

from refgen.networks import Architecture, TwoLayerNetworks, train
from refgen.random import Stream

FROZEN = json.loads((Path(__file__).parent / "data" / "torch_steps.json").read_text())
FIELDS = ("hidden_weights", "hidden_biases", "output_weights", "output_biases")


@pytest.mark.parametrize("case", FROZEN["cases"], ids=lambda case: "-".join(case[:2]))
def test_training_is_torchs(case):
    activation, loss, momentum, decay, radius, theta, curve = case
    first = [np.array(part)[None] for part in FROZEN["first"]]
    found = train(
        FROZEN["X"], np.array(FROZEN["y"]), Stream(0),
        initial=TwoLayerNetworks(*first, architecture=Architecture(activation)),
        loss=loss, n_epochs=FROZEN["epochs"], batch_size=FROZEN["batch_size"],
        step_size=FROZEN["step_size"], momentum=momentum, weight_decay=decay,
        sam_radius=radius, sample_weight=FROZEN["sample_weight"], shuffle=False,
    )  # fmt: skip
    np.testing.assert_allclose(found.loss_curves[0], curve, rtol=1e-13)
    for name, wanted in zip(FIELDS, theta, strict=True):
        mine = getattr(found.networks, name)[0]
        # Errors of steps grow where exponentials climb; 10⁻¹² of the largest is far
        # above all of them, and far below what any other rule would change.
        np.testing.assert_allclose(mine, wanted, rtol=1e-12, atol=1e-13)


def test_all_activations_losses_and_rules_are_there():
    assert len(FROZEN["cases"]) == 4 * 3 * 3
