"""Runs untrusted policy source, and nothing else."""
