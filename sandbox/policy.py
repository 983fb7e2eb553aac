"""What runs in the child: the interface, then the candidate, then its answers. Nothing here is trusted."""

import os
import random
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Final

import msgspec

from sandbox import hints, wire
from sandbox.answers import AnswerEncoder
from sandbox.wire import ChildFault

FILE: Final = "policy.py"
"""File name of the candidate in tracebacks."""

_OUT_OF_MEMORY: Final = ChildFault("memory_limit", "")
_TEXT_CHARACTERS: Final = 400
_RANDOM: Final = b"random"
_SHAPES: Final = {"solve": "a function `solve(task)`", "Policy": "a class `Policy`"}


@dataclass(frozen=True, slots=True)
class Contract:
    """An interface, executed once in the fork server so that forks need not do it again.

    Attributes:
        decoders: By the verb of the message that they decode.
    """

    module: ModuleType
    decoders: Mapping[bytes, wire.DownDecoder]

    @staticmethod
    def prepare(text: str, arrays: ModuleType | None) -> "Contract":
        """Executes an interface's text, with `sandbox.arrays` if numpy is loaded.

        It is trusted, and raises what it raises.
        """
        module = ModuleType("interface")
        sys.modules["interface"] = module
        exec(compile(text, "interface.py", "exec"), module.__dict__)  # noqa: S102 - trusted, from the problem
        kinds: dict[bytes, object] = {}
        if hasattr(module, "Task"):
            kinds[wire.SOLVE] = module.Task
        if hasattr(module, "Setup"):
            kinds[wire.START] = module.Setup
            kinds[wire.STEP] = list[tuple[int, module.Observation]]  # type: ignore[name-defined]
        return Contract(module, {verb: wire.DownDecoder(kind, arrays) for verb, kind in kinds.items()})


def serve(contract: Contract, channel: int) -> None:
    """Executes the candidate of the first frame, then answers frames until the channel ends."""
    # The layers are up. Whatever goes wrong from here on is the candidate's doing.
    wire.write_frame(channel, wire.SEALED, b"")
    frame = wire.read_frame(channel)
    if frame is None:
        return
    _, body, _ = frame
    job = msgspec.msgpack.decode(body, type=wire.Job)
    sys.modules["interface"] = contract.module
    if _RANDOM in job.source:
        # Without that word in it, a policy finds the generators as every other one does: as they were left.
        seed(job.seed)
    entry = _load(job)
    if isinstance(entry, ChildFault):
        wire.write_frame(channel, wire.FAULT, msgspec.json.encode(entry))
        return
    wire.write_frame(channel, wire.READY, b"")
    performance = _Performance(contract, entry, job.answer_bytes)
    while (frame := wire.read_frame(channel)) is not None:
        wire.write_frame(channel, *performance.reply(*frame))


def seed(number: int) -> None:
    """Seeds what generators the standard library and numpy keep for everybody."""
    random.seed(number)
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed(number % (1 << 32))


def _load(job: wire.Job) -> object:
    code = _compile(job.source)
    if isinstance(code, ChildFault):
        return code
    module = ModuleType("policy")
    sys.modules["policy"] = module
    done = attempt(exec, code, module.__dict__)
    if isinstance(done, ChildFault):
        return done
    entry = module.__dict__.get(job.entry)
    if callable(entry):
        return entry
    found = [name for name, value in module.__dict__.items() if not name.startswith("_") and callable(value)]
    defined = ", ".join(found) if found else "nothing that can be called"
    return ChildFault(
        "missing_entry_point", f"the policy must define {_SHAPES[job.entry]}, but it defines {defined}"
    )


def _compile(source: bytes) -> object:
    try:
        return compile(source.decode("utf-8", "surrogatepass"), FILE, "exec", dont_inherit=True)
    except SyntaxError as error:
        return ChildFault("syntax_error", str(error.msg), f"line {error.lineno}" if error.lineno else None)
    except (RecursionError, MemoryError):
        return ChildFault("syntax_error", "the source is nested too deeply to be compiled")
    except (ValueError, OverflowError) as error:
        return ChildFault("syntax_error", str(error))


class _Performance:
    """A loaded candidate, playing its part."""

    def __init__(self, contract: Contract, entry: object, answer_bytes: int) -> None:
        self._decoders = contract.decoders
        self._entry = entry
        self._policies: list[object] = []
        self._encoder = AnswerEncoder(answer_bytes)

    def reply(self, verb: bytes, body: memoryview, tail: memoryview) -> tuple[bytes, bytes]:
        """Does what a frame asks for and encodes the outcome."""
        message = self._decoders[verb].decode(body, tail)
        if verb == wire.STEP:
            return self._steps(message)  # type: ignore[arg-type]
        outcome = attempt(self._entry, message)
        if verb == wire.START and not isinstance(outcome, ChildFault):
            self._policies.append(outcome)
            outcome = len(self._policies) - 1
        encoded = self._encode(outcome)
        if isinstance(encoded, ChildFault):
            return wire.FAULT, msgspec.json.encode(encoded)
        return wire.ANSWER, encoded

    def _steps(self, items: list[tuple[int, object]]) -> tuple[bytes, bytes]:
        # Written out, without `attempt`: this is done millions of times in an evaluation.
        policies, outcomes, faulty = self._policies, [], False
        for handle, observation in items:
            try:
                outcome = policies[handle].step(observation)  # type: ignore[attr-defined]
            except BaseException as error:  # noqa: BLE001 - the boundary to the candidate
                outcome, faulty = failure(error), True
            outcomes.append(outcome)
        together = None if faulty else self._together(outcomes)
        return self._mixed(outcomes) if together is None else (wire.ANSWER, together)

    def _together(self, outcomes: list[object]) -> bytes | None:
        encoded = attempt(self._encoder.encode, outcomes, len(outcomes))
        return encoded if type(encoded) is bytes else None

    def _mixed(self, outcomes: list[object]) -> tuple[bytes, bytes]:
        encoded = (self._encode(outcome) for outcome in outcomes)
        mixed = [
            wire.Item(fault=part) if isinstance(part, ChildFault) else wire.Item(answer=msgspec.Raw(part))
            for part in encoded
        ]
        return wire.MIXED, msgspec.json.encode(mixed)

    def _encode(self, outcome: object) -> bytes | ChildFault:
        if isinstance(outcome, ChildFault):
            return outcome
        # The answer's own methods run while it is looked at, so this too is the candidate's code.
        return attempt(self._encoder.encode, outcome)  # type: ignore[return-value]


def attempt(function: object, *arguments: object) -> object:
    """Calls code of the candidate; whatever it raises becomes a fault. It may still end the process."""
    try:
        return function(*arguments)  # type: ignore[operator]
    except BaseException as error:  # noqa: BLE001 - the boundary to the candidate: anything is its fault
        return failure(error)


def failure(error: BaseException) -> ChildFault:
    """The fault that an exception is; ends the process if that is what the exception means."""
    if isinstance(error, MemoryError):
        return _OUT_OF_MEMORY
    if isinstance(error, SystemExit):
        os._exit(error.code if isinstance(error.code, int) else int(error.code is not None))
    return _described(error)


def _described(error: BaseException) -> ChildFault:
    text = _text(error)
    message = f"{type(error).__name__}: {text[:_TEXT_CHARACTERS]}"
    # Half a surrogate cannot be encoded, and a fault that cannot be told would end the process.
    sayable = message.encode("utf-8", "backslashreplace").decode()
    return ChildFault("exception", sayable, _line(error), hints.kind_of(error, text))


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:  # noqa: BLE001 - the candidate may have written the exception too
        return "(its text cannot be read)"


def _line(error: BaseException) -> str | None:
    if isinstance(error, SyntaxError) and error.filename == FILE and error.lineno:
        return f"line {error.lineno}"
    lines = []
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == FILE:
            lines.append(traceback.tb_lineno)
        traceback = traceback.tb_next
    return f"line {lines[-1]}" if lines else None
