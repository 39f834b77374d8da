"""`refgen.uniform_convergence.certify` for NumPy or CuPy arrays; on the host."""

from refgen.uniform_convergence import certify as _host
from refgen_gpu.transfer import host_function

certify_risk = host_function(_host.certify_risk, __name__, "certify_risk")
