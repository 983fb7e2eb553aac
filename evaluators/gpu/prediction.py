"""What a recorded profile says of placements: times of a GPU that need not be there."""

from collections.abc import Mapping, Sequence

import numpy as np

from evaluators.decisions import Decided
from evaluators.gpu.expert_time import NoProfile, Profile
from evaluators.gpu.twins.eplb import model_of, rank_tokens
from evaluators.gpu.verdict import Case
from problems.eplb.simulator import History


def predicted(profile: Profile, policies: Mapping[str, Sequence[Decided]], tokens: int) -> list[Case]:
    """Predicts all layers and windows of every history that the profile has a curve for.

    Args:
        policies: By name, what each decided on the same histories of eplb, none of which failed.
        tokens: Tokens a GPU in a step.

    Raises:
        NoProfile: It has a curve for none of them.
    """
    found = []
    for same in zip(*policies.values(), strict=True):
        history: History = same[0].instance.data
        curve = profile.curves.get(model_of(history.shape))
        if curve is None:
            continue
        for name, decided in zip(policies, same, strict=True):
            seconds = np.stack(
                [
                    curve.seconds(
                        rank_tokens(history, window, slice(None), decided.decisions[window], tokens)
                    )
                    for window in range(1, len(history.windows))
                ]
            )
            found.append(_case(name, decided, seconds))
    if not found:
        raise NoProfile(f"the profile of {profile.gpu} has no model that these histories are of")
    return found


def _case(policy: str, decided: Decided, seconds: np.ndarray) -> Case:
    """One history; `seconds` by window, layer and GPU."""
    mean, slowest = seconds.mean(axis=2), seconds.max(axis=2)
    return Case(
        policy,
        decided.instance.name,
        decided.instance.block,
        decided.measurement.score,
        float(np.mean(mean.sum(axis=1) / slowest.sum(axis=1))),
        float(slowest.sum(axis=1).mean()),
        {"mean_gpu_ms": float(mean.mean() * 1e3), "slowest_gpu_ms": float(slowest.mean() * 1e3)},
    )
