"""Fleets of GPUs with models to be placed, from a user's file."""

from collections.abc import Iterator, Sequence

from problems.base import FileForm, Split
from problems.prism.bound import GPU_MEMORY_GB
from problems.prism.instances import Draft, best_fit, generate, instances
from problems.prism.interface import Model
from problems.sheets import BadLine, Column, Line, Sheet, grouped

MOST_GPUS, MOST_MODELS = 10, 30
"""What the optimum is found for in a moment: the largest of the generated fleets."""


def _drafts(sheet: Sheet) -> list[list[tuple[str, Draft]]]:
    """Makes every fleet a block."""
    blocks: list[list[tuple[str, Draft]]] = []
    fleet_of: dict[Draft, str] = {}
    for name, lines in grouped(sheet.lines, 0, "fleet"):
        draft = _fleet(lines)
        if draft in fleet_of:
            raise BadLine(
                lines[0].number, f"fleet {name!a:.40} repeats fleet {fleet_of[draft]!a:.40}; leave it out"
            )
        fleet_of[draft] = name
        blocks.append([(name, draft)])
    return blocks


def _fleet(lines: Sequence[Line]) -> Draft:
    first, gpus = lines[0].number, lines[0].values[1]
    for line in lines:
        if line.values[1] != gpus:
            raise BadLine(
                line.number, f"expected {gpus} GPUs, as above in this fleet, but got {line.values[1]}"
            )
    if len(lines) > MOST_MODELS:
        raise BadLine(first, f"expected a fleet of at most {MOST_MODELS} models, but it has {len(lines)}")
    models = tuple(Model(*line.values[2:]) for line in lines)
    if not best_fit([model.size_gb for model in models], gpus, GPU_MEMORY_GB - 1):
        raise BadLine(
            first,
            f"expected models that fit on {gpus} GPUs of {GPU_MEMORY_GB} GB with a GB to spare on each, "
            "but best fit, the largest first, does not place them: give the fleet more GPUs, or fewer "
            "models",
        )
    return gpus, models


def _sample() -> Iterator[tuple[str | float, ...]]:
    yield "fleet", "gpus", "size_gb", "req_rate", "slo"
    for one in generate(Split.SEARCH)[::3]:
        for model in one.data.models:
            yield one.name, one.data.gpu_count, *model


FORM = FileForm(
    columns=(
        Column("fleet", str, "which models are placed together"),
        Column(
            "gpus", int, f"of the fleet, {GPU_MEMORY_GB} GB each; the same in all its rows", "", 1, MOST_GPUS
        ),
        Column("size_gb", int, "memory of the model's weights", "GB", 1, GPU_MEMORY_GB - 1),
        Column("req_rate", int, "requests that the model gets", "1/s", 1, 1000),
        Column(
            "slo", int, "latency that is allowed, in one unit for all: the lower, the more urgent", "", 1, 100
        ),
    ),
    about=(
        "A row is a model; rows of a fleet stand together. A fleet is an instance and a block. Fleets "
        f"stand in order of time, if they have one; each has at most {MOST_GPUS} GPUs and {MOST_MODELS} "
        "models, which best fit must be able to place."
    ),
    block="fleets",
    drafts=_drafts,
    instances=lambda drafts: instances(dict(drafts)),
    sample=_sample,
)
