"""A check of this code on a machine with a GPU: ``python -m refgen_gpu.check``.

Run it from a checkout; it needs no network and writes one record. Each section runs in
a process of its own with a time limit, so that none can lose the results of another.
"""
