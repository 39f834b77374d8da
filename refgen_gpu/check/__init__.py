"""What a machine with a GPU shows, as one record: ``python -m refgen_gpu.check``.

Run from a checkout, without network. Each section runs in a process of its own with a
time limit, so that none can lose the results of another.
"""
