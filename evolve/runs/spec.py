"""What a run was asked to do, enough to do it again."""

from dataclasses import dataclass

from sandbox import Mode

WINDOW = 8
LARGEST = 10**9
"""The largest budget and seed: far beyond any use, far within what every database stores."""


@dataclass(frozen=True, slots=True)
class RunSpec:
    """A run's specification, stored in its first event.

    Attributes:
        seed: Seeds every step's generator; two runs of one specification are the same run.
        max_evals: Candidates that reach SMOKE, seeds included, at most.
        max_minutes: Wall minutes since the run was started or resumed, at most; None for no such limit.
        window: Step k is asked from the commits 0..k-window-1, whatever the number of workers.
        workers: Worker processes; decides speed and nothing else.
        sandbox: The mode in force, never `auto`.
        seeds: Names of the candidates that start the search.
        step_deadline_s: Wall seconds after which a step is given up as cancelled.
    """

    problem: str
    workload: str = "generated"
    seed: int = 0
    max_evals: int = 200
    max_minutes: float | None = None
    window: int = WINDOW
    workers: int = 2
    sandbox: Mode = Mode.FULL
    seeds: tuple[str, ...] = ()
    step_deadline_s: float = 900.0

    def __post_init__(self) -> None:
        if not 1 <= self.max_evals <= LARGEST:
            raise ValueError(f"--max-evals must be between 1 and {LARGEST}, but got {self.max_evals}")
        if self.max_minutes is not None and not 0 < self.max_minutes <= LARGEST:
            raise ValueError(f"--max-minutes must be above 0 and finite, but got {self.max_minutes}")
        if not 1 <= self.workers <= self.window:
            raise ValueError(
                f"--workers must be between 1 and the window of {self.window}, but got {self.workers}: more "
                "could never be busy at once"
            )
        if not 0 <= self.seed <= LARGEST:
            raise ValueError(f"--seed must be between 0 and {LARGEST}, but got {self.seed}")
