"""`adrs ask` and `adrs tell`: a person, or any program, is the model of a run, through files."""

import sys
import time
from pathlib import Path
from typing import Final

from evolve.cli.exits import Exit, Misuse, say
from evolve.cli.run_names import run_named
from evolve.cli.terminal import harmless, write_json
from evolve.models.estimate import estimated_tokens
from evolve.models.language_model import Completion, Request
from evolve.runs.callbook import deliver, waiting_calls
from evolve.runs.errors import StoreMissing, UnknownRun
from evolve.runs.header import Header
from evolve.runs.history import is_running, request_of
from evolve.runs.ledger import Cost
from evolve.runs.proposing import INBOX
from evolve.runs.reply import Reply
from evolve.runs.spec import Proposer
from evolve.runs.store import Store

LONGEST_BYTES: Final = 4 << 20
"""Of a reply; a policy has some thousands."""
_LOOK_S: Final = 0.3
_STARTS_S: Final = 20.0
"""Wall seconds that a run may take to start."""


def ask(db: Path, run: str, *, wait: bool, as_json: bool) -> Exit:
    """Prints what the first waiting step of a run asks; with `wait`, waits until one does or the run ends."""
    run_named(run)
    if wait:
        _await_start(db, run)
    with Store.open(db, create=False) as store:
        _refuse_other_proposers(store, run)
        while not (steps := waiting(store, run)):
            running = is_running(store, run, now=time.time())
            if not wait or not running:
                _explain(run, running=running)
                return Exit.POLICY
            time.sleep(_LOOK_S)
        request = request_of(store, run, steps[0])
    _show(run, steps, request, as_json=as_json)
    return Exit.DONE


def tell(db: Path, run: str, step: int, file: Path) -> Exit:
    """Gives a file's text as the reply to what a step asked."""
    text = _text(file)
    with Store.open(db, create=False) as store:
        _refuse_other_proposers(store, run_named(run))
        if not deliver(store, run, step, _reply(text)):
            there = ", ".join(map(str, waiting(store, run))) or "none"
            raise Misuse(
                f"step {step} of run {run!r} waits for no reply; waiting: {there}; see: adrs ask {run}"
            )
        running = is_running(store, run, now=time.time())
    goes_on = "" if running else f"; go on with: adrs resume {run}"
    say(f"step {step} of {run} has its reply{goes_on}")
    return Exit.DONE


def _await_start(db: Path, run: str) -> None:
    """Waits a while for a run that was just told to start: it has to be there, and to be written."""
    until = time.monotonic() + _STARTS_S
    while time.monotonic() < until:
        try:
            with Store.open(db, create=False) as store:
                if is_running(store, run, now=time.time()) or waiting(store, run):
                    return
        except (StoreMissing, UnknownRun):
            pass
        time.sleep(_LOOK_S)


def waiting(store: Store, run: str) -> list[int]:
    """Lists the steps that wait for a reply, in order."""
    return [step for step, call in waiting_calls(store, run).items() if call.reply is None]


def _refuse_other_proposers(store: Store, run: str) -> None:
    spec = Header.read(store, run).spec
    if spec.proposer is not Proposer.INBOX:
        raise Misuse(
            f"run {run!r} waits for nobody, as its proposer is {spec.proposer}; start one that does with: "
            f"adrs run {spec.problem} --proposer inbox"
        )


def _explain(run: str, *, running: bool) -> None:
    if running:
        say(f"no step of {run} waits right now; ask again, or with --wait")
    else:
        say(f"no step of {run} waits, and nobody runs it; see: adrs show {run}")


def _show(run: str, steps: list[int], request: Request, *, as_json: bool) -> None:
    if as_json:
        told = {"run": run, "step": steps[0], "waiting": steps}
        write_json({**told, "system": request.system, "prompt": request.prompt})
        return
    sys.stdout.write(harmless(f"{request.system.rstrip()}\n\n{request.prompt.rstrip()}\n"))
    others = f" ({len(steps) - 1} more wait)" if len(steps) > 1 else ""
    say(f"this is step {steps[0]} of {run}{others}; answer with: adrs tell {run} {steps[0]} FILE")


def _reply(text: str) -> Reply:
    completion = Completion(text, INBOX.name, 0, estimated_tokens(text), 0.0, is_estimated=True)
    return Reply(INBOX.name, Cost(0.0, completion.output_tokens), completion)


def _text(file: Path) -> str:
    """Reads a reply; bytes that are no UTF-8 stay in it and make it no program.

    Raises:
        Misuse: There is no such file, or it is empty or too large.
    """
    try:
        raw = sys.stdin.buffer.read(LONGEST_BYTES + 1) if str(file) == "-" else _read(file)
    except OSError as error:
        raise Misuse(f"{file} cannot be read: {error.strerror}; name the file with the reply") from error
    if len(raw) > LONGEST_BYTES:
        raise Misuse(f"expected a reply of at most {LONGEST_BYTES:,} bytes, but {file} is longer")
    if not raw.strip():
        raise Misuse(f"expected a reply, but {file} is empty; write the answer into it first")
    return raw.decode("utf-8", "surrogateescape")


def _read(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(LONGEST_BYTES + 1)
