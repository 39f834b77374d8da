"""`best_scale` for either side's arrays; on the host."""

from refgen.explainability import scale_choice as _host
from refgen_gpu.transfer import host_function

best_scale = host_function(_host.best_scale, __name__, "best_scale")
