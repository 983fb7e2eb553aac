"""Runs untrusted policy source, and nothing else."""

from sandbox.child import Child, Interface
from sandbox.faults import Fault, FaultKind
from sandbox.layers import PROMISES, ForkServerEnded, Layer, Mode, SandboxUnavailable
from sandbox.limits import ChildLimits, ChildUsage
from sandbox.output import Printed
from sandbox.runtime import BARE, NUMPY, Runtime
from sandbox.server import ForkServer

__all__ = [
    "BARE",
    "NUMPY",
    "PROMISES",
    "Child",
    "ChildLimits",
    "ChildUsage",
    "Fault",
    "FaultKind",
    "ForkServer",
    "ForkServerEnded",
    "Interface",
    "Layer",
    "Mode",
    "Printed",
    "Runtime",
    "SandboxUnavailable",
]
