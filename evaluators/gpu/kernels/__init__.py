"""Kernels of our own, in Triton, and the same in plain torch where there is no GPU."""
