"""Column orders on a device: prefill of every row's prompt, its cached beginning not computed again.

Tokens are characters in fours. Rows are prompted in sorted order, each computed from where it leaves the one
before it, as the simulator counts; batches hold as many new tokens as a serving system schedules at once.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from evaluators.decisions import Decided
from evaluators.gpu.decoder import LLAMA_3_8B, TINY, DecoderLayer, Prompt
from evaluators.gpu.device import Gpu
from evaluators.gpu.twins import Rig
from evaluators.gpu.verdict import Case
from problems.llm_sql.interface import Answer, common_prefix, texts
from problems.llm_sql.tables import Table

CHARACTERS_A_TOKEN: Final = 4
_REHEARSED_ROWS: Final = 16


class _LlmSqlTwin:
    UNIT = "share of prefill time that cached beginnings save"

    def replay(self, rig: Rig, policies: Mapping[str, Sequence[Decided]], /) -> list[Case]:
        """Times every table's prompts as each policy orders them, and without any cache."""
        found = []
        for same in zip(*policies.values(), strict=True):
            table: Table = same[0].instance.data
            ordered = {
                name: _prompts(table, decided.decisions[0], rig.gpu)
                for name, decided in zip(policies, same, strict=True)
            }
            plain = [Prompt(0, p.cached + p.new) for p in next(iter(ordered.values()))]
            times = _timed(rig, {**ordered, "": plain})
            found += [
                Case(
                    name,
                    decided.instance.name,
                    decided.instance.block,
                    decided.measurement.score,
                    1.0 - times[name] / times[""],
                    times[name],
                    {"new_tokens": float(sum(p.new for p in ordered[name]))},
                )
                for name, decided in zip(policies, same, strict=True)
            ]
        return found


TWIN: Final = _LlmSqlTwin()


def _prompts(table: Table, answer: Answer, gpu: Gpu) -> list[Prompt]:
    written = sorted(texts(table.rows, answer))
    if not gpu.is_evidence:
        written = written[:_REHEARSED_ROWS]
    found = [Prompt(0, max(1, len(written[0]) // CHARACTERS_A_TOKEN))]
    for before, text in pairwise(written):
        total = max(1, len(text) // CHARACTERS_A_TOKEN)
        cached = min(common_prefix(before, text) // CHARACTERS_A_TOKEN, total - 1)
        found.append(Prompt(cached, total - cached))
    return found


def _batches(prompts: Sequence[Prompt], most: int) -> list[list[Prompt]]:
    """Fills batches in order; a prompt of more new tokens has one of its own."""
    found: list[list[Prompt]] = [[]]
    room = most
    for prompt in prompts:
        if found[-1] and prompt.new > room:
            found.append([])
            room = most
        found[-1].append(prompt)
        room -= prompt.new
    return found


def _timed(rig: Rig, prompts: Mapping[str, Sequence[Prompt]]) -> dict[str, float]:
    """Seconds of all layers by policy."""
    shape = LLAMA_3_8B if rig.gpu.is_evidence else TINY
    batches = {name: _batches(found, rig.tokens) for name, found in prompts.items()}
    every = [batch for found in batches.values() for batch in found]
    tokens = max(sum(p.new for p in batch) for batch in every)
    keys = max(sum(p.cached + p.new for p in batch) for batch in every)
    rig.gpu.needs(DecoderLayer.bytes_needed(shape, tokens, keys), "replaying prompts at Llama-3-8B's sizes")
    layer = DecoderLayer(shape, tokens, keys, rig.gpu.kind)
    times = iter(rig.seconds([layer.work(f"batch {i}", batch) for i, batch in enumerate(every)]))
    return {name: shape.layers * sum(next(times) for _ in found) for name, found in batches.items()}
