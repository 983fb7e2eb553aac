"""Where the windows of spot availability are public, and how they are cut out of the traces there."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from problems.origins import DataFile, DataSet, PublicFile

_TREE = "b26631383e2b5f5b48a3d700b92ed133edaf452e"
_TRACES = f"https://raw.githubusercontent.com/skypilot-org/spot-traces/{_TREE}/availability/1-node"

_GAP_S = 600
_WINDOW = 554
"""Ticks of a window."""
_ENVIRONMENTS = tuple(
    f"us-west-2{zone}_{gpus}" for zone in "ab" for gpus in ("k80_1", "k80_8", "v100_1", "v100_8")
)
_PUBLISHED_ENVIRONMENTS = (
    "us-west-2a_k80_8",
    "us-west-2b_k80_1",
    "us-west-2b_k80_8",
    "us-west-2a_v100_1",
    "us-west-2a_v100_8",
    "us-west-2b_v100_1",
)
_OVERHEADS = ("0.02", "0.05", "0.1")
"""Names of the leaderboard's folders; each holds the same windows."""
# fmt: off
_PUBLISHED_STARTS: Final[Mapping[str, int]] = {
    "0": 684, "107": 62, "117": 1136, "126": 623, "135": 671, "145": 37, "154": 789, "163": 142, "172": 794,
    "182": 511, "191": 3, "20": 474, "21": 969, "219": 764, "228": 1168, "238": 714, "247": 747, "256": 1184,
    "266": 599, "275": 570, "284": 423, "294": 789, "33": 1044, "42": 1126, "51": 1022, "61": 16, "70": 214,
    "8": 451, "9": 382, "99": 641,
}
"""First tick of each published window in the raw trace, by the leaderboard's number, in its order."""
# fmt: on
_SEARCH_STARTS = range(1767, 2140, 12)
_VALIDATION_STARTS = range(2700, 2743, 6)


def windows(public: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Cuts the windows out of the raw traces, which count the machines at hand at each tick.

    Raises:
        ValueError, LookupError, TypeError, AttributeError: A trace is none, too short, or of another tick.
    """
    marks = {environment: _marks(public[f"{environment}.json"]) for environment in _ENVIRONMENTS}
    return {
        "published_windows.jsonl.gz": _lines(_published(marks)),
        "search_windows.jsonl.gz": _lines(_later(marks, _SEARCH_STARTS)),
        "validation_windows.jsonl.gz": _lines(_later(marks, _VALIDATION_STARTS)),
    }


def _marks(trace: bytes) -> str:
    """Marks every tick: 1 where there was no machine, else 0."""
    found = json.loads(trace)
    if found["metadata"]["gap_seconds"] != _GAP_S:
        raise ValueError(f"expected a tick of {_GAP_S} s, but got {found['metadata']['gap_seconds']!r:.40}")
    return "".join("0" if machines >= 1 else "1" for machines in found["data"])


def _published(marks: Mapping[str, str]) -> Iterator[dict[str, object]]:
    for overhead in _OVERHEADS:
        for environment in _PUBLISHED_ENVIRONMENTS:
            for number, start in _PUBLISHED_STARTS.items():
                yield {
                    "env": environment,
                    "overhead_dir": overhead,
                    "trace_id": number,
                    **_window(marks[environment], start, f"data/real/ping_based/{environment}.json"),
                }


def _later(marks: Mapping[str, str], starts: range) -> Iterator[dict[str, object]]:
    for environment in _ENVIRONMENTS:
        for start in starts:
            yield {"env": environment, **_window(marks[environment], start)}


def _window(marks: str, start: int, trace: str | None = None) -> dict[str, object]:
    cut = marks[start : start + _WINDOW]
    if len(cut) != _WINDOW:
        raise ValueError(f"expected {start + _WINDOW} ticks at least, but got {len(marks)}")
    named = {} if trace is None else {"original_trace": trace}
    return {
        "gap_seconds": _GAP_S,
        "start_index": start,
        "end_index": start + _WINDOW,
        **named,
        "data": cut,
    }


def _lines(rows: Iterator[dict[str, object]]) -> bytes:
    return "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows).encode()


DATA = DataSet(
    name="spot_single",
    about="availability of spot machines in eight environments of us-west-2, every 10 minutes",
    home="https://github.com/skypilot-org/spot-traces, availability/1-node/aws-10-26-2022 (the windows: "
    "UCB-ADRS/ADRS-Leaderboard, commit f856497d)",
    licence="none stated: for your own use, not to be handed on",
    files=(
        DataFile(
            "published_windows.jsonl.gz",
            402_282,
            "e281518b3c898f0558228be50c3f9a0f0807ed225dd9ad8e8560b3e167e94764",
        ),
        DataFile(
            "search_windows.jsonl.gz",
            165_248,
            "08f171f88c76700561c1dccb24af508a7d2fba45ec397f1e1a0ebfa22273a653",
        ),
        DataFile(
            "validation_windows.jsonl.gz",
            41_312,
            "8646e2ccbb63b1adb93410fcfb9babcbc622ce2d5c2566b2659280f24c9cc3ad",
        ),
    ),
    public=tuple(
        PublicFile(f"{name}.json", (f"{_TRACES}/aws-10-26-2022/{name}.json",)) for name in _ENVIRONMENTS
    ),
    recipe=windows,
    download_size=8 * 11_729,
)
