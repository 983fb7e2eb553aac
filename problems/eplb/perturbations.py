"""What is shifted in VALIDATION to see whether a policy still leads: seeds, drift, bursts, switches."""

from collections.abc import Mapping
from dataclasses import replace

from problems.base import Instance
from problems.eplb.instances import MODELS, SCENARIOS, WINDOWS, drawn
from problems.eplb.traffic import Scenario, Source
from problems.variants import Variant

PERTURBATIONS: Mapping[str, str] = {
    "seeds": "Nothing but the seeds: other histories of the same scenarios.",
    "drift-x2": "The popularity of experts and the mix of domains drift by steps of twice the size.",
    "bursts-x2": "Bursts begin twice as often.",
    "switching-x2": "Every history switches, and twice as often: in 6 of 16 windows another domain leads.",
}

_HISTORIES = 12

_SWITCHING = SCENARIOS["switching"]

_SCENARIOS: Mapping[str, Mapping[str, Scenario]] = {
    "seeds": SCENARIOS,
    "drift-x2": {
        name: replace(usual, drift=2 * usual.drift, mix_drift=2 * usual.mix_drift)
        for name, usual in SCENARIOS.items()
    },
    "bursts-x2": {name: replace(usual, bursts=2 * usual.bursts) for name, usual in SCENARIOS.items()},
    "switching-x2": {"switching": replace(_SWITCHING, switches=2 * _SWITCHING.switches)},
}


def perturbed(variant: Variant) -> tuple[Instance, ...]:
    """Makes the histories of a variant; scenarios and models take turns as those of VALIDATION do."""
    scenarios, sources = _SCENARIOS[variant.name], list[tuple[str, Source, int]]()
    for number in range(_HISTORIES):
        turn, kind = divmod(number, len(scenarios))
        name, (model, shape) = tuple(scenarios)[kind], MODELS[turn % len(MODELS)]
        source = Source(shape, scenarios[name], (*variant.key, kind, number))
        sources.append((f"{name}-{model}-{number:02}", source, WINDOWS))
    return drawn(sources)
