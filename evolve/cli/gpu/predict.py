"""`adrs gpu predict`: what a recorded profile of a GPU says of eplb's placements."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.text import Text

from evaluators.gpu.expert_time import Profile, recorded, shipped
from evaluators.gpu.prediction import predicted
from evaluators.gpu.verdict import Agreement, Case, agreement
from evolve.cli.exits import Exit, Misuse
from evolve.cli.gpu.replayed import decisions, ranked, subject
from evolve.cli.names import mode_named
from evolve.cli.terminal import console, facts, harmless, seconds, table, write_json


@dataclass(frozen=True, slots=True)
class PredictRequest:
    """The verb's options, as they came."""

    name: str
    profile: str | None
    tokens: int
    sandbox: str
    as_json: bool


def predict(db: Path, request: PredictRequest) -> Exit:
    """Predicts and prints, the profile's GPU named with every figure."""
    mode_named(request.sandbox)
    if request.profile is None:
        known = ", ".join(recorded()) or "none"
        raise Misuse(f"expected --profile GPU, since no GPU's times are another's; recorded: {known}")
    path = Path(request.profile)
    profile = Profile.read(path) if path.suffix == ".json" else shipped(request.profile)
    setting, champion = subject(db, request.name)
    if setting.problem.name != "eplb":
        raise Misuse(
            f"profiles tell the time of experts, which {setting.problem.name} has none of; expected eplb"
        )
    cases = predicted(profile, decisions(setting, champion, request.sandbox), request.tokens)
    found = agreement(cases, np.random.default_rng(0))
    if request.as_json:
        write_json(
            {
                "name": request.name,
                "gpu": profile.gpu,
                "machine": dict(profile.machine),
                "tokens": request.tokens,
                "agreement": None if found is None else asdict(found),
                "cases": [asdict(case) for case in cases],
            }
        )
    else:
        _print(request, profile, cases, found)
    return Exit.DONE


def _print(request: PredictRequest, profile: Profile, cases: Sequence[Case], found: Agreement | None) -> None:
    place = f"on {profile.gpu}"
    rows = table("policy", "histories", "simulated", place, "all layers", "mean GPU", "slowest GPU")
    for name, mine in ranked(cases):
        mean = {key: float(np.mean([case.detail[key] for case in mine])) for key in mine[0].detail}
        rows.add_row(
            Text(harmless(name)),
            str(len(mine)),
            f"{np.mean([case.simulated for case in mine]):.4f}",
            f"{np.mean([case.measured for case in mine]):.4f}",
            seconds(float(np.mean([case.seconds for case in mine]))),
            *(seconds(value / 1e3) for value in mean.values()),
        )
    out = console()
    out.print(rows)
    out.print()
    said = (
        "no two policies differ" if found is None else f"Kendall's tau {found}, simulated against predicted"
    )
    machine = ", ".join(f"{key} {value}" for key, value in profile.machine.items() if key != "state")
    out.print(facts({"ranks": said, "predicted": f"{request.tokens} tokens a GPU", "profile": machine}))
