"""`refgen.resmem.memorization` for NumPy or CuPy arrays and either estimator."""

from refgen.resmem import memorization as _host
from refgen_gpu.transfer import host_function

# Folds are cut on the host; estimators of refgen_gpu search on the device.
memorization_pays = host_function(
    _host.memorization_pays, __name__, "memorization_pays"
)
