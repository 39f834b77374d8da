"""`refgen.uniform_convergence.audit` for either side's arrays; it fits on the host."""

from refgen.uniform_convergence import auditing as _host
from refgen_gpu.transfer import host_function

audit = host_function(_host.audit, __name__, "audit")
