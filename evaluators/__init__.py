"""How a policy is measured, and how sure we are."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evaluators.values import Evaluation


def measure(
    source: str,
    problem: str,
    split: str = "validation",
    *,
    workload: str = "generated",
    sandbox: str = "auto",
) -> "Evaluation":
    """Measures a policy's source on every instance of a split, in the sandbox.

    Args:
        workload: A name of the problem's, or the path of a CSV file of your own.

    Returns:
        Scores in [0, 1], higher is better, with metrics and faults by instance.

    Raises:
        ValueError: No such split or mode; or HOLDOUT, whose looks the command line counts.
        NotInWorkload: No such workload, or it lacks the split.
        UnknownProblem, BrokenProblem, DataMissing, WorkloadRefused, SandboxUnavailable: As they say.
    """
    from evaluators.whole import measured  # noqa: PLC0415 - the package's face stays light
    from problems.base import Split  # noqa: PLC0415
    from sandbox import Mode  # noqa: PLC0415

    return measured(source, problem, Split(split), workload=workload, sandbox=Mode(sandbox))
