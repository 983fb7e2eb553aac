"""How much of a search that asks models is the harness: workers kept busy, and engine time for each step.

`busy` and `paced` run against `benchmarks.llm_endpoint`, which answers after 50 ms, with two workers, 16
calls in flight and a window of 32; the first tenth of a run is warm-up. `busy` measures with real
workers, which share the cores with engine and endpoint: evaluations take what the problem takes. `paced`
gives every evaluation 20 ms on one of two nominal workers, far less than real problems take, to see how
fast the harness can feed them.

`engine` is 10,000 candidates with a model that answers at once and a measurer that takes no time, so that
what is left is prompts, replies, ledger, archive and log; time is the processor's, of the whole process
less the model and the measurer.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median

from benchmarks.llm_endpoint import serving
from benchmarks.llm_law import Law, draw
from benchmarks.report import Row, arguments, show
from benchmarks.search import Silent
from evaluators.job import Job, Measured
from evaluators.values import Measurement, Usage
from evolve.models.estimate import estimated_tokens
from evolve.models.language_model import Call, Completion, LanguageModel
from evolve.models.model_spec import ModelSpec, Price
from evolve.models.opening import open_models
from evolve.models.redaction import Redactor
from evolve.runs.asking import Asking
from evolve.runs.callbook import CallBook
from evolve.runs.caller import Caller
from evolve.runs.engine import Engine
from evolve.runs.events import COMMITTED, MEASURED, Draft
from evolve.runs.proposing import Proposing, proposer_of
from evolve.runs.session import Session
from evolve.runs.setting import Setting
from evolve.runs.spec import Proposer, RunSpec
from evolve.runs.step import Stepper
from evolve.runs.store import Store
from evolve.search.candidate import Candidate
from problems.base import Instance, Split, groups
from problems.registry import get
from sandbox import Mode

_PRICE = Price(0.4, 1.6)
_WARM_UP = 0.1
_SPAN = 500


def spec_of(problem: str, evals: int, api_base: str | None = None) -> RunSpec:
    """A run with two workers and 16 calls in flight."""
    model = ModelSpec("local", api_base=api_base, price=_PRICE, max_output_tokens=4000)
    return RunSpec(
        problem,
        max_evals=evals,
        sandbox=Mode.AUTO,
        seeds=get(problem).seeds,
        proposer=Proposer.LLM,
        models=(model,),
        window=32,
        calls=16,
    )


async def run_busy(path: Path, url: str, problem: str, evals: int) -> list[Row]:
    """Runs a search against the endpoint and reads from its log how busy the workers were."""
    spec, redact = spec_of(problem, evals, url), Redactor({})
    with Store.open(path) as store:
        proposing = Proposing(open_models(spec.models, {}, redact), redact)
        session = Session(store, Silent(), clock=time.time, interrupted=asyncio.Event(), proposing=proposing)
        ending = await session.start("busy", spec, sources={})
        committed = [e for e in store.events("busy", kinds=(COMMITTED,)) if e.body["outcome"] == "evaluated"]
        first = committed[int(len(committed) * _WARM_UP)].at
        last = committed[-1].at
        walls = [e.body["usage"][1] for e in store.events("busy", kinds=(MEASURED,)) if first < e.at <= last]
    candidates = sum(first < e.at <= last for e in committed)
    return [
        {
            "problem": problem,
            "evaluated": ending.state.evaluated,
            "evaluation ms": 1e3 * sum(walls) / candidates,
            "evaluations/s": candidates / (last - first),
            "busy %": 100 * sum(walls) / (spec.workers * (last - first)),
        }
    ]


class Instant:
    """A model that follows the endpoint's law at once, and notes how much processor time it took."""

    def __init__(self) -> None:
        self.cpu_s = 0.0
        self._law = Law(seed=1, shares={"useful": 0.9, "broken": 0.1})
        self._before = 0

    async def complete(self, call: Call, /) -> Completion:
        """Answers."""
        started = time.process_time()
        self._before += 1
        prompt = call.request.prompt
        found = draw(self._law, prompt, self._before)
        given, written = estimated_tokens(prompt), estimated_tokens(found.text)
        self.cpu_s += time.process_time() - started
        return Completion(found.text, "local", given, written, _PRICE.cost_usd(given, written))


class Nominal:
    """A measurer that gives every program scores drawn from its text, in no time worth telling."""

    def __init__(self, stages: Mapping[Split, tuple[Instance, ...]], metrics: Sequence[str]) -> None:
        self.cpu_s = 0.0
        self._metrics = metrics
        self._groups = {split: groups(instances) for split, instances in stages.items()}

    async def measure(self, job: Job, /) -> Measured:
        """Measures."""
        started = time.process_time()
        mark = float(int(Candidate(job.source).id[:8], 16)) / 2**32
        found = tuple(
            tuple(
                Measurement(
                    i.name, i.group, i.block, (mark * (n + 2)) % 1.0, dict.fromkeys(self._metrics, mark)
                )
                for n, i in enumerate(self._groups[job.split][g])
            )
            for g in job.groups
        )
        self.cpu_s += time.process_time() - started
        return Measured(found, Usage())


class Paced:
    """Nominal workers that take their time for every SEARCH and VALIDATION, and note when they worked."""

    def __init__(self, inner: Nominal, workers: int, evaluation_s: float) -> None:
        self.spans: list[tuple[float, float]] = []
        self._inner = inner
        self._evaluation_s = evaluation_s
        self._idle = asyncio.Semaphore(workers)

    async def measure(self, job: Job, /) -> Measured:
        """Measures after its time."""
        if job.split is Split.SMOKE:
            return await self._inner.measure(job)
        async with self._idle:
            began = time.perf_counter()
            await asyncio.sleep(self._evaluation_s)
            measured = await self._inner.measure(job)
            self.spans.append((began, time.perf_counter()))
            return measured


async def run_paced(path: Path, url: str, problem: str, evals: int) -> list[Row]:
    """Runs a search against the endpoint on nominal workers, and tells how much of their time they worked."""
    setting, spec = Setting.load(problem, "generated"), spec_of(problem, evals, url)
    nominal = Nominal(setting.stages, [axis.metric for axis in setting.problem.axes])
    workers = Paced(nominal, spec.workers, 0.02)
    models = open_models(spec.models, {}, Redactor({}))
    with Store.open(path) as store:
        engine = engine_of(store, setting, spec, Stepper(
            spec, workers, groups=setting.groups(), answerer=caller_of(store, spec, models)
        ))  # fmt: skip
        await engine.run()
    first, last = workers.spans[int(len(workers.spans) * _WARM_UP)][0], workers.spans[-1][1]
    late = [(a, b) for a, b in workers.spans if a >= first]
    worked = sum(b - a for a, b in late)
    return [
        {
            "problem": problem,
            "evaluated": engine.state.evaluated,
            "evaluation ms": 1e3 * worked / len(late),
            "evaluations/s": len(late) / (last - first),
            "busy %": 100 * worked / (spec.workers * (last - first)),
        }
    ]


def caller_of(store: Store, spec: RunSpec, models: Mapping[str, LanguageModel]) -> Caller:
    """Starts a run in a store and makes its caller."""
    store.create("run", [], at=0.0)
    book = CallBook(store, "run", time.time)
    return Caller(models, book, calls=spec.calls_in_flight, deadline_s=spec.call_deadline_s)


def engine_of(
    store: Store, setting: Setting, spec: RunSpec, stepper: Stepper, heard: Callable[[], None] = lambda: None
) -> Engine:
    """Makes the engine of a run; `heard` is called after every transaction."""

    def append(drafts: Sequence[Draft], texts: Sequence[str], settled: Sequence[int]) -> None:
        store.append("run", drafts, at=time.time(), texts=texts, settled=settled)
        heard()

    seeds = [Candidate(setting.problem.baseline(name).source) for name in spec.seeds]
    return Engine(Asking(setting.problem, spec, seeds, proposer_of(spec)), stepper, append=append)


async def run_engine(path: Path, problem: str, evals: int) -> list[Row]:
    """Runs the engine alone and tells what a step cost early and late."""
    setting, spec = Setting.load(problem, "generated"), spec_of(problem, evals)
    model, measurer = Instant(), Nominal(setting.stages, [axis.metric for axis in setting.problem.axes])
    marks: list[float] = []

    def heard() -> None:
        marks.append(time.process_time() - model.cpu_s - measurer.cpu_s)

    with Store.open(path) as store:
        caller = caller_of(store, spec, {"local": model})
        stepper = Stepper(spec, measurer, groups=setting.groups(), answerer=caller)
        engine = engine_of(store, setting, spec, stepper, heard)
        await engine.run()
    size, rows = path.stat().st_size, list[Row]()  # noqa: ASYNC240 - nothing else runs here
    for name, start in (("100", 100), (f"{engine.state.evaluated:,}", len(marks) - _SPAN - 1)):
        span = [1e3 * (b - a) for a, b in pairwise(marks[start : start + _SPAN + 1])]
        mean, elites = sum(span) / len(span), len(engine.state.archive)
        each = {"mean ms": mean, "median ms": median(span), "elites": elites}
        rows.append({"candidate": name, **each, "kB a step": size / len(marks) / 1e3})
    return rows


def main() -> None:
    """Runs what is asked for and prints it."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--part", choices=["busy", "paced", "engine"], default="busy")
    parser.add_argument("--problem", default="txn")
    parser.add_argument("--evals", type=int, help="candidates; 300, 3,000 for paced, 10,000 for engine")
    chosen = parser.parse_args()
    evals = chosen.evals or {"busy": 300, "paced": 3_000, "engine": 10_000}[chosen.part]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "loop.db"
        if chosen.part == "engine":
            rows = asyncio.run(run_engine(path, chosen.problem, evals))
        else:
            run = run_busy if chosen.part == "busy" else run_paced
            with serving(Law(seed=1, delay_s=0.05, shares={"useful": 0.8, "useless": 0.2})) as served:
                rows = asyncio.run(run(path, served.url, chosen.problem, evals))
    show(f"model loop ({chosen.part})", rows, as_json=chosen.json)


if __name__ == "__main__":
    main()
