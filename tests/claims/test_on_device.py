"""Every claim runs on the device: draws, formulas and measurements stay there."""

import pytest

import refgen_gpu
from refgen.claims import all_claims
from refgen.verify import Profile, verify_claim

SMALL = Profile(
    "small", instances=16, search_examples=2, slow=True, draws=2**11, simulated=2
)

# Claims that take 1 to 13 s on the perturbed stand-in, which adds number by number: of
# 1,797 images, and of sums over many nodes. Parity tests compare their formulas there.
LONG = {
    "GDE-18", "GDE-18c", "GDE-19j", "KD-10p", "KD-22t", "KD-25", "KD-25m", "KD-28",
    "KD-44", "LE-4", "LE-5", "LE-6", "LE-25", "LE-22c", "LE-27", "LE-28",
    "LE-44", "LE-49", "LE-50", "LE-51", "NN-4", "NN-15", "NN-16", "NN-18",
    "RM-2", "RM-5", "RM-5b", "RM-12b", "RM-13s", "RM-14", "RM-15", "RM-15l",
    "RM-16", "RM-16s", "RM-18", "UC-4s", "UC-5", "UC-6s", "UC-7", "UC-7b",
    "UC-7c", "UC-8b", "UC-8c", "UC-9", "UC-10", "UC-11", "UC-14", "UC-19", "UC-20",
    "UC-30g", "UC-30s", "UC-31", "UC-31b", "UC-31c", "UC-36", "UC-36b", "UC-36c",
    "UC-39", "UC-41", "UC-42b", "UC-43", "UC-56", "UC-57",
    "digits", "digits-floor", "digits-protocols", "resmem-digits",
    "resmem-margins", "resmem-widths", "LE-46", "LE-48",
    "KD-16n", "KD-17n", "KD-20f", "LE-63t",
}  # fmt: skip


@pytest.mark.parametrize("claim", all_claims(), ids=lambda claim: claim.id)
def test_claim_holds_on_the_device_and_its_twins_run_there(claim, device, pytestconfig):
    if not pytestconfig.getoption("--slow"):
        if device.name == "standin":
            pytest.skip("the perturbed stand-in is as strict: give --slow")
        if claim.id in LONG and device.name == "perturbed":
            pytest.skip("it takes long here: give --slow")
    result = verify_claim(claim, SMALL, rg=refgen_gpu)
    assert result.error is None, result.error[:400]
    assert [twin.error for twin in result.twins if twin.error] == []
    assert result.violation is None, result.violation[:400]
    assert result.device == device.device
    # Sixteen instances do not refute every twin, but pinned examples have to.
    for twin, found in zip(claim.twins, result.twins, strict=True):
        if twin.domain.is_finite:
            assert found.refuted, found.text
