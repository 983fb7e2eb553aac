"""Micro-benchmarks: trusted code runs the kernels that decisions imply; no candidate touches a device.

torch and triton (extra `gpu`) are imported when a device is opened, never before.
"""
