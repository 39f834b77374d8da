"""Every claim runs on the device: draws, formulas and measurements stay there."""

import pytest

import refgen_gpu
from refgen.claims import all_claims
from refgen.verify import Profile, verify_claim

SMALL = Profile(
    "small", instances=16, search_examples=2, slow=True, draws=2**11, simulated=2
)

# Claims about 1,797 images. What they call on the device, other claims call there on
# fewer points.
ON_IMAGES = {"digits", "resmem-digits"}


@pytest.mark.parametrize("claim", all_claims(), ids=lambda claim: claim.id)
def test_claim_holds_on_the_device_and_its_twins_run_there(claim, device, pytestconfig):
    if not pytestconfig.getoption("--slow"):
        if device.name == "standin":
            pytest.skip("the perturbed stand-in is as strict: give --slow")
        if claim.id in ON_IMAGES and device.name == "perturbed":
            pytest.skip("many images: give --slow")
    result = verify_claim(claim, SMALL, rg=refgen_gpu)
    assert result.error is None, result.error[:400]
    assert [twin.error for twin in result.twins if twin.error] == []
    assert result.violation is None, result.violation[:400]
    assert result.device == device.device
    # Sixteen instances do not refute every twin, but pinned examples have to.
    for twin, found in zip(claim.twins, result.twins, strict=True):
        if twin.domain.is_finite:
            assert found.refuted, found.text
