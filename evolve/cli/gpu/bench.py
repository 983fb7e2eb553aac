"""`adrs gpu bench`: what the device does at best, twice, and how near our kernels come to the vendor's."""

from dataclasses import asdict

import numpy as np
from rich.text import Text

from evaluators.gpu.bench import Bench, bench
from evolve.cli.exits import Exit
from evolve.cli.gpu.device import Session, device
from evolve.cli.terminal import console, facts, seconds, table, write_json


def run_bench(*, cpu: bool, seed: int, as_json: bool) -> Exit:
    """Measures and prints."""
    with device(cpu=cpu) as session:
        found = bench(session.gpu, session.watch, np.random.default_rng(seed))
        if as_json:
            write_json(_as_json(session, found))
        else:
            _print(session, found)
    return Exit.DONE


def _print(session: Session, found: Bench) -> None:
    out = console()
    rows = table("timed", "first pass", "95 %", "second pass", "apart", "which is")
    for row in found.rows:
        rows.add_row(
            Text(row.name),
            seconds(row.first.median),
            f"{seconds(row.first.low)} to {seconds(row.first.high)}",
            seconds(row.second.median),
            f"{row.drift:.2%}",
            row.figure,
        )
    out.print(rows)
    out.print()
    ratios = table("grouped products", "ours, with the gate", "cuBLAS, each alone", "ratio", "95 %")
    for ratio in found.ratios:
        ratios.add_row(
            Text(ratio.name),
            seconds(ratio.ours_s),
            seconds(ratio.theirs_s),
            f"{ratio.ratio.median:.3f}",
            f"{ratio.ratio.low:.3f} to {ratio.ratio.high:.3f}",
        )
    out.print(ratios)
    out.print()
    out.print(facts(device_facts(session)))


def device_facts(session: Session) -> dict[str, str]:
    """What every report of a device ends with."""
    gpu = session.gpu
    rows = {"device": gpu.name}
    if gpu.is_evidence:
        rows["versions"] = f"driver {gpu.driver}, CUDA {gpu.cuda}, torch {gpu.torch}, triton {gpu.triton}"
        rows["state"] = session.state()
    rows["used"] = f"{session.watch.spent_s:.1f} s of the device"
    return rows


def _as_json(session: Session, found: Bench) -> dict[str, object]:
    return {
        "device": session.gpu.machine(),
        "evidence": session.gpu.is_evidence,
        "state": session.state(),
        "device_s": session.watch.spent_s,
        "rows": [{**asdict(row), "drift": row.drift} for row in found.rows],
        "grouped": [asdict(ratio) for ratio in found.ratios],
    }
