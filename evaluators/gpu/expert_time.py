"""How long a GPU takes for its experts, as a function of the tokens of each: fitted here, used without a GPU.

The time of one layer on one GPU is modelled as base + sum over its busy experts of (busy + sum of slope x
tokens above knot), all coefficients >= 0. An expert's weights must be read whatever it is asked (`busy`), and
from some count on its products take longer than that; so its time is convex in its tokens.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from evaluators.gpu.device import Gpu, Watch
from evaluators.gpu.experts import SHAPES, Experts, ExpertShape
from evaluators.gpu.stopwatch import Stopwatch, timed

KNOTS: Final = (0, 64, 128, 256, 384, 512, 768, 1024, 2048)
"""Tokens of an expert at which its slope may rise."""

FOLDER: Final = Path(__file__).parent / "profiles"
"""Where recorded profiles stand, one file a GPU."""

CALIBRATED: Final = ("deepseek-v3", "deepseek-v2-lite", "mixtral-8x7b")
_ROUNDS: Final = 7
_MOST_TOKENS: Final = 32_768
_LEAST_TOKENS: Final = 16


class NoProfile(Exception):  # noqa: N818 - reads as what happened
    """There is no profile of that name, or it cannot be read; the message says what there is."""


@dataclass(frozen=True, slots=True)
class Curve:
    """The fitted time of one model's experts.

    Attributes:
        base_s: Seconds of a layer whatever it is asked.
        busy_s: Seconds of each expert that is asked at all.
        slopes_s: Seconds a token above each of `KNOTS`.
        fitted: Measured rank loads that it was fitted to.
        held_out: Measured rank loads that it was not fitted to, on which the errors are.
        median_error: Relative, lower is better; likewise `p95_error`.
    """

    base_s: float
    busy_s: float
    slopes_s: tuple[float, ...]
    fitted: int
    held_out: int
    median_error: float
    p95_error: float

    def seconds(self, tokens: np.ndarray) -> np.ndarray:
        """Seconds of a layer on each GPU; `tokens` by GPU and expert, the last axis summed over."""
        return np.asarray(_design(tokens) @ np.array([self.base_s, self.busy_s, *self.slopes_s]))


@dataclass(frozen=True, slots=True)
class Profile:
    """What was calibrated on one GPU.

    Attributes:
        machine: Model, driver, versions and date; a profile holds for that model alone.
    """

    gpu: str
    machine: Mapping[str, str | float]
    curves: Mapping[str, Curve]

    @staticmethod
    def read(path: Path) -> "Profile":
        """Reads a profile.

        Raises:
            NoProfile: There is none, or the file is none.
        """
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            curves = {
                model: Curve(**{**curve, "slopes_s": tuple(curve["slopes_s"])})
                for model, curve in raw["curves"].items()
            }
            return Profile(raw["gpu"], raw["machine"], curves)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NoProfile(f"{path} is no profile of a GPU: {error}") from error

    def write(self, path: Path) -> None:
        """Writes it as JSON."""
        curves = {model: asdict(curve) for model, curve in self.curves.items()}
        raw = {"gpu": self.gpu, "machine": dict(self.machine), "knots": KNOTS, "curves": curves}
        path.write_text(json.dumps(raw, indent=1) + "\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Load:
    """A measured load of one GPU: tokens by expert, and the seconds of a layer."""

    tokens: tuple[int, ...]
    seconds: float


def loads(
    rng: np.random.Generator, number: int, slots: int, most: int = _MOST_TOKENS
) -> list[tuple[int, ...]]:
    """Draws loads: 1 to `slots` experts, log-uniform tokens in all, from even to very uneven."""
    found = []
    for _ in range(number):
        experts = int(rng.integers(1, slots + 1))
        total = int(np.exp(rng.uniform(np.log(_LEAST_TOKENS), np.log(most))))
        shares = rng.dirichlet(np.full(experts, np.exp(rng.uniform(np.log(0.5), np.log(20.0)))))
        found.append(tuple(int(count) for count in rng.multinomial(total, shares)))
    return found


def measure(
    gpu: Gpu, watch: Stopwatch, shape: ExpertShape, drawn: Sequence[tuple[int, ...]], rng: np.random.Generator
) -> list[Load]:
    """Times loads on the device, interleaved.

    Raises:
        DeviceBusy: Another process came meanwhile.
    """
    slots, rows = max(map(len, drawn)), max(map(sum, drawn))
    gpu.needs(Experts.bytes_needed(shape, slots, rows), f"calibrating {shape.model}")
    experts = Experts(shape, slots, rows, gpu.kind)
    works = [experts.work(str(number), tokens) for number, tokens in enumerate(drawn)]
    guard = Watch(gpu)
    found = timed(watch, works, rounds=_ROUNDS, rng=rng)
    guard.look()
    return [Load(tokens, timing.median_s) for tokens, timing in zip(drawn, found, strict=True)]


def fit(measured: Sequence[Load], held_out: Sequence[Load]) -> Curve:
    """Fits by non-negative least squares of the relative errors, and judges by what was held out."""
    from scipy.optimize import nnls

    rows = np.concatenate([_design(np.array([load.tokens])) for load in measured])
    seconds = np.array([load.seconds for load in measured])
    found, _ = nnls(rows / seconds[:, None], np.ones(len(seconds)))
    base, busy, *slopes = (float(value) for value in found)
    curve = Curve(base, busy, tuple(slopes), len(measured), len(held_out), 0.0, 0.0)
    errors = [abs(float(curve.seconds(np.array([o.tokens]))[0]) / o.seconds - 1.0) for o in held_out]
    middle, high = float(np.median(errors)), float(np.quantile(errors, 0.95))
    return Curve(base, busy, tuple(slopes), len(measured), len(held_out), middle, high)


def calibrate(
    gpu: Gpu,
    watch: Stopwatch,
    rng: np.random.Generator,
    *,
    models: Sequence[str] = CALIBRATED,
    number: int = 90,
) -> dict[str, Curve]:
    """Measures and fits each model's experts: two loads in three are fitted to, the third is held out."""
    found = {}
    for model in models:
        shape = SHAPES[model]
        drawn = loads(rng, number, slots=min(16, (8 << 30) // shape.weight_bytes))
        measured = measure(gpu, watch, shape, drawn, rng)
        held_out = measured[::3]
        found[model] = fit([load for load in measured if load not in held_out], held_out)
    return found


def _design(tokens: np.ndarray) -> np.ndarray:
    """Rows of the linear model: 1, busy experts, tokens above each knot."""
    counts = np.asarray(tokens, dtype=np.float64)
    above = [np.maximum(counts - knot, 0.0).sum(axis=-1) for knot in KNOTS]
    busy = (counts > 0).sum(axis=-1).astype(np.float64)
    return np.stack([np.ones(counts.shape[:-1]), busy, *above], axis=-1)


def recorded() -> list[str]:
    """Lists the GPUs that have a recorded profile, as they are named to ask for it."""
    return sorted(found.stem for found in FOLDER.glob("*.json"))


def shipped(gpu: str) -> Profile:
    """Finds the recorded profile of a GPU by its file's name.

    Raises:
        NoProfile: None is recorded; the message lists those that are.
    """
    path = FOLDER / f"{gpu}.json"
    if not path.is_file():
        known = ", ".join(recorded()) or "none"
        raise NoProfile(
            f"there is no profile of the GPU {gpu!r}; recorded: {known}. Record one there with: "
            "adrs gpu calibrate"
        )
    return Profile.read(path)
