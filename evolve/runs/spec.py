"""What a run was asked to do, enough to do it again."""

from dataclasses import dataclass

from sandbox import Mode

WINDOW = 8


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
        if self.max_evals < 1:
            raise ValueError(f"--max-evals must be at least 1, but got {self.max_evals}")
        if self.max_minutes is not None and self.max_minutes <= 0:
            raise ValueError(f"--max-minutes must be above 0, but got {self.max_minutes}")
        if not 1 <= self.workers <= self.window:
            raise ValueError(
                f"--workers must be between 1 and the window of {self.window}, but got {self.workers}: more "
                "could never be busy at once"
            )
        if self.seed < 0:
            raise ValueError(f"--seed must be 0 or more, but got {self.seed}")
