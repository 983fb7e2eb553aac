"""What a run's scores depend on, as hashes: a resumed run refuses to mix two of them."""

import hashlib
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from problems.base import Instance, Problem, Split, fingerprint

_TOLD = frozenset({".py", ".md"})
"""Programs decide, and so do briefs and prompts, which are told to models."""
_DECIDING = ("sandbox", "evaluators", "evolve.search", "evolve.runs")


def digests(problem: Problem, stages: Mapping[Split, tuple[Instance, ...]]) -> dict[str, str]:
    """Hashes, by name, the code that decides, the problem, and the instances of each stage."""
    found = {f"code of {package}": _code(package) for package in _DECIDING}
    found[f"code of problem {problem.name}"] = _code(problem.interface.__name__.rpartition(".")[0])
    found[f"version of problem {problem.name}"] = str(problem.version)
    for split, instances in stages.items():
        found[f"{split} instances"] = fingerprint(*(i.digest for i in instances))
    return found


def changed(then: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """Names what differs, in order."""
    return tuple(name for name in sorted(then.keys() | now.keys()) if then.get(name) != now.get(name))


def _code(package: str) -> str:
    spec = find_spec(package) if package else None
    folders = list(spec.submodule_search_locations or ()) if spec else []
    hasher = hashlib.sha256(f"python {sys.version_info[:2]}".encode())
    for folder in map(Path, folders):
        for path in sorted(p for p in folder.rglob("*") if p.suffix in _TOLD):
            hasher.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return hasher.hexdigest()[:32]
