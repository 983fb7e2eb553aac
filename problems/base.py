"""What a problem is: instances, limits, a trusted measure, baselines. No problem ever sees a policy."""

import enum
import hashlib
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np

from problems.datasets import DataFolder
from problems.origins import DataSet
from problems.sheets import Column, Sheet


class InvalidAnswer(Exception):  # noqa: N818 - the field's word; it is a verdict on an answer, not an error of ours
    """A decision that breaks a rule of the problem; the only exception that trusted measuring may raise.

    Attributes:
        rule: Public, stable name of the rule, in snake_case.
        element: First offending part of the answer, such as ``[3]``, or None if the whole answer offends.
    """

    def __init__(self, rule: str, message: str, element: str | None = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.element = element


class Split(enum.StrEnum):
    """Disjoint sets of instances, in the order in which a candidate meets them."""

    SMOKE = "smoke"
    SEARCH = "search"
    VALIDATION = "validation"
    HOLDOUT = "holdout"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a policy may use on one split; stated to the policy, part of the problem's version.

    CPU seconds are those of the reference core (see `evaluators.calibration`).
    """

    solve_cpu_s: float = 1.0
    """One-shot: CPU seconds of one `solve`."""
    init_cpu_s: float = 0.5
    """CPU seconds for executing the module, and for each `Policy.__init__`."""
    step_mean_cpu_s: float = 50e-6
    """Step-wise: mean CPU seconds of one `step`, net of the wire, judged at the end of a group."""
    step_cpu_s: float = 0.1
    """Step-wise: CPU seconds of any one `step`."""
    memory_bytes: int = 1 << 30
    """Address space beyond what the fork server had mapped."""
    answer_bytes: int = 1 << 20
    """Largest encoded answer."""
    preload: tuple[str, ...] = ("numpy", "numpy.random")
    """Modules imported before the policy starts, so that importing them costs it nothing."""
    importable: tuple[str, ...] = ()
    """Installed packages that it may import besides, in its own CPU time, with what they import in turn."""
    threads: bool = False
    """Whether it may start threads; their CPU time counts together."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One case to be solved.

    Attributes:
        name: Unique within its split.
        group: Instances that may share a child process: no observation of one tells another's future.
        block: Unit of resampling for intervals; instances of one block are not independent.
        digest: Fingerprint of `data`.
        data: The problem's own value, read by its trusted side only.
    """

    name: str
    group: str
    block: str
    digest: str
    data: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What trusted code computed from valid decisions on one instance.

    Attributes:
        score: In [0, 1], higher is better; above 1 + 1e-9 the bound is wrong, which is a hole of ours.
        metrics: Finite figures in the problem's units, the same names on every instance.
    """

    score: float
    metrics: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Baseline:
    """A published policy as a self-contained candidate source.

    Attributes:
        score: Strict score on generated VALIDATION, as measured in the sandbox.
    """

    name: str
    source: str = field(repr=False)
    paper: str
    licence: str
    score: float

    @staticmethod
    def beside(
        module: str, name: str, *, paper: str, score: float, licence: str = "Apache-2.0"
    ) -> "Baseline":
        """Reads `baselines/NAME.py` in the folder of a module's file."""
        path = Path(module).parent / "baselines" / f"{name}.py"
        return Baseline(name, path.read_text(encoding="utf-8"), paper, licence, score)


@dataclass(frozen=True, slots=True)
class PublishedForm:
    """The interface under which earlier results were published, so that they can be measured unchanged.

    Attributes:
        adapt: Turns a source written for the published form into one for the problem's `interface`.
        modules: What such sources, or the adapter, import beyond the standard library and numpy.
    """

    adapt: Callable[[str], str] = field(repr=False)
    modules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Axis:
    """One dimension of the archive: a metric, averaged over SEARCH, cut at fixed edges."""

    metric: str
    edges: tuple[float, ...]
    """Inner cell borders, strictly increasing; `n` edges make `n + 1` cells."""

    def __post_init__(self) -> None:
        if not all(a < b for a, b in pairwise(self.edges)):
            raise ValueError(f"edges of axis {self.metric!r} must increase strictly, but got {self.edges}")


class OneShot(Protocol):
    """Trusted side of a problem that a policy answers at once with `solve(task)`."""

    def task(self, instance: Instance, limits: Limits, /) -> Any:  # noqa: ANN401 - each problem's own type
        """Builds what the policy sees: plain data and arrays, its CPU budget included."""

    def measure(self, instance: Instance, answer: Any, /) -> Outcome:  # noqa: ANN401 - each problem's own type
        """Computes the outcome from the answer alone.

        Raises:
            InvalidAnswer: The answer breaks a rule.
        """


class Stepwise(Protocol):
    """Trusted side of a problem that a policy answers step by step with `Policy.step(observation)`."""

    def setup(self, instance: Instance, limits: Limits, /) -> Any:  # noqa: ANN401 - each problem's own type
        """Builds what `Policy.__init__` receives."""

    def simulate(self, instance: Instance, /) -> Generator[Any, Any, Outcome]:
        """Yields observations, is sent decisions, and returns the outcome.

        Raises:
            InvalidAnswer: A decision breaks a rule.
        """


Dialects = Callable[[Sequence[Instance], Sequence[Outcome]], Mapping[str, float]]
"""Published scores (`lb`, `sd`) of a whole PUBLISHED set, every instance measured."""

Timeline = Callable[[Instance, Sequence[Any], Sequence[Any]], Sequence[Mapping[str, float | int | str]]]
"""What came of (observations, decisions) on an instance, for people to read: one row a decision; of a
one-shot problem, which has no observations and a single answer, one row a part of it with a `decision`."""

Loader = Callable[[str, Split, DataFolder], Sequence[Instance]]
"""Instances of (workload, split); raises `DataMissing` where data is needed and absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileForm:
    """How a problem reads a workload of the user's own from a CSV file.

    Attributes:
        columns: What it reads; none if every column is read, as text.
        about: What a row is, in which order rows stand, and what they become.
        block: What a block is called, in the plural.
        drafts: Turns the file into drafts of instances by block, blocks in order of time; raises `BadLine`.
        instances: Makes drafts of some blocks instances, bounds included.
        sample: Rows of a small file that is valid, its header first.
        most_rows: That it takes.
    """

    columns: tuple[Column, ...]
    about: str
    block: str
    drafts: Callable[[Sheet], Sequence[Sequence[Any]]] = field(repr=False)
    instances: Callable[[Sequence[Any]], Sequence[Instance]] = field(repr=False)
    sample: Callable[[], Iterable[Sequence[str | float]]] = field(repr=False)
    most_rows: int = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A policy problem: everything about it that is not a policy.

    Attributes:
        name: What the command line calls it.
        version: Raised by hand whenever a score could change; held by a golden test.
        title: One line for listings.
        interface: The module shown to policies; it defines `Task` and `Answer` (one-shot) or `Setup`,
            `Observation` and `Decision` (step-wise), and imports only the standard library and numpy.
        evaluator: The trusted side.
        brief: Markdown with the headings Problem, Evaluation (ending in Forbidden), Context, Hints.
        baselines: The first is the idle policy, whose CPU time is taken as the cost of the wire.
        seeds: Names of the baselines that start a search.
        axes: Dimensions of the archive.
        limits: By split.
        workloads: Name of a workload to the splits it has.
        load: Makes or reads instances.
        data: What workloads other than the generated ones are read from.
        counts: Metrics whose sum over a split is worth telling beside the score, such as runs that were late.
        dialects: Published scores, or None if the problem has none.
        dialect_workload: The workload whose PUBLISHED split is simulated by the publishers' own rules, where
            these differ from ours: `dialects` is asked of its outcomes, whatever workload is measured.
        published_form: How sources written for the published interface are measured, if there is one.
        timeline: What `adrs trace` tells of valid decisions, units in the names; None tells them as they are.
        bound: One sentence: what the score is relative to, and why it cannot be passed.
        file_form: How a workload of the user's own is read, if the problem can be asked about one.
        perturbations: Name of a shifted VALIDATION to one sentence on what is shifted and how much; `load`
            makes it as the split VALIDATION of the workload `generated~NAME` (see `problems.variants`).
        noise_floor: Standard deviation of a lead between near policies when VALIDATION is drawn again, in
            scores, as `benchmarks.noise` measures it; 0 if nobody did.
    """

    name: str
    version: int
    title: str
    interface: ModuleType = field(repr=False)
    evaluator: OneShot | Stepwise = field(repr=False)
    brief: str = field(repr=False)
    baselines: tuple[Baseline, ...]
    seeds: tuple[str, ...]
    axes: tuple[Axis, ...]
    limits: Mapping[Split, Limits]
    workloads: Mapping[str, tuple[Split, ...]]
    load: Loader = field(repr=False)
    data: tuple[DataSet, ...] = field(repr=False, default=())
    counts: tuple[str, ...] = ()
    dialects: Dialects | None = field(repr=False, default=None)
    dialect_workload: str | None = None
    published_form: PublishedForm | None = field(repr=False, default=None)
    timeline: Timeline | None = field(repr=False, default=None)
    bound: str
    file_form: FileForm | None = field(repr=False, default=None)
    perturbations: Mapping[str, str] = field(repr=False, default_factory=dict)
    noise_floor: float = 0.0

    @property
    def one_shot(self) -> bool:
        """Whether policies define `solve`; otherwise they define `Policy`."""
        return hasattr(self.interface, "Task")

    @property
    def interface_text(self) -> str:
        """The interface module's source, as shown to models and executed in the child."""
        return Path(str(self.interface.__file__)).read_text(encoding="utf-8")

    @property
    def best_baseline(self) -> Baseline:
        """The baseline of the highest recorded score; of equals the first."""
        return max(self.baselines, key=lambda b: b.score)

    def baseline(self, name: str) -> Baseline:
        """Finds a baseline by name.

        Raises:
            KeyError: There is none of that name; the message lists those there are.
        """
        for baseline in self.baselines:
            if baseline.name == name:
                return baseline
        names = ", ".join(b.name for b in self.baselines)
        raise KeyError(f"problem {self.name!r} has no baseline {name!r}; it has {names}")


def groups(instances: Sequence[Instance]) -> tuple[tuple[Instance, ...], ...]:
    """Splits instances into their groups, in order; a group's instances must stand together."""
    found = tuple(tuple(members) for _, members in groupby(instances, key=lambda i: i.group))
    if len({members[0].group for members in found}) != len(found):
        raise ValueError("instances of one group must stand together, but a group appears twice")
    return found


def fingerprint(*parts: str | float | bytes | np.ndarray | Sequence[int] | Sequence[float]) -> str:
    """Hashes plain data into 32 hexadecimal digits, the same on every machine."""
    hasher = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            little = np.ascontiguousarray(part, dtype=part.dtype.newbyteorder("<"))
            raw = f"{little.dtype.str}{little.shape}".encode() + little.tobytes()
        elif isinstance(part, bytes):
            raw = part
        else:
            raw = repr(part).encode()
        hasher.update(len(raw).to_bytes(8, "little") + raw)
    return hasher.hexdigest()[:32]
