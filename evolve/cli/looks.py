"""Looks at a holdout split: every one is written down, since each makes the split less unseen."""

from collections import Counter

from evolve.cli.report import Report
from evolve.cli.run_names import HOLDOUT_LOG
from evolve.runs.errors import RunExists, UnknownRun
from evolve.runs.events import HOLDOUT_LOOKED, Draft
from evolve.runs.store import Store


class Looks:
    """The log of looks, in a reserved run of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._number = Counter[str]()

    def record(self, report: Report, policy: str, *, at: float) -> None:
        """Writes a look down before its score is shown; `policy` is the digest of the source."""
        body = {
            "problem": report.problem.name,
            "version": report.problem.version,
            "workload": report.workload,
            "policy": policy,
            "score": report.score,
        }
        draft = Draft(HOLDOUT_LOOKED, None, body)
        try:
            self._store.append(HOLDOUT_LOG, [draft], at=at)
        except UnknownRun:
            try:
                self._store.create(HOLDOUT_LOG, [draft], at=at)
            except RunExists:  # another process was faster
                self._store.append(HOLDOUT_LOG, [draft], at=at)
        self._count()

    def _count(self) -> None:
        events = self._store.events(HOLDOUT_LOG, kinds=(HOLDOUT_LOOKED,))
        self._number = Counter(event.body["problem"] for event in events)

    def number(self, problem: str) -> int:
        """How many looks a problem has had, as of the last that was written."""
        return self._number[problem]

    def sentence(self, problem: str) -> str:
        """Says so."""
        number = self.number(problem)
        times = "once" if number == 1 else f"{number} times"
        return f"the holdout split of {problem} has been looked at {times} from this store"
