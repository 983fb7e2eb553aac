"""Reads what a child sends. Everything is hostile until it has become a value of the expected type here."""

from collections.abc import Mapping
from typing import Final

import msgspec

from sandbox import wire
from sandbox.faults import Fault, fault, quoted
from sandbox.limits import ChildLimits, out_of_memory, too_large
from sandbox.wire import ChildFault

_TOLD_BY_CHILDREN: Final = frozenset(
    {
        "answer_malformed",
        "answer_too_large",
        "answer_type",
        "exception",
        "memory_limit",
        "missing_entry_point",
        "not_finite",
        "syntax_error",
    }
)
"""Rules that a child may say were broken; the others are for the parent to see."""

_UNREADABLE: Final = (ValueError, RecursionError)
"""What decoders raise: errors of msgspec and of UTF-8 are both values' errors, nesting is not."""

_ELEMENT_CHARACTERS: Final = 80


class ReplyReader:
    """Decodes replies into one type of answer, or into faults.

    Args:
        kind: The type of an answer.
        hints: What to say of a refusal, by the name that a child has for it.
    """

    def __init__(self, kind: object, hints: Mapping[str, str]) -> None:
        self._hints = hints
        self._one = msgspec.json.Decoder(kind)
        self._all = msgspec.json.Decoder(list[kind])  # type: ignore[valid-type]
        self._raw = msgspec.json.Decoder(list[msgspec.Raw])
        self._mixed = msgspec.json.Decoder(list[wire.Item])
        self._fault = msgspec.json.Decoder(ChildFault)

    def answer(self, body: bytes | msgspec.Raw, limits: ChildLimits) -> object:
        """One answer, or the fault that it is."""
        size = memoryview(body).nbytes
        if size > limits.answer_bytes:
            return fault("answer_too_large", too_large(size, limits.answer_bytes))
        try:
            return self._one.decode(body)
        except msgspec.ValidationError as error:
            return _invalid(str(error))
        except _UNREADABLE as error:
            return fault("answer_malformed", f"the answer is no valid JSON: {quoted(str(error))}")

    def answers(self, body: bytes, count: int, limits: ChildLimits) -> list[object] | None:
        """As many answers or faults as steps, in order; None if the reply has another number of them."""
        if len(body) <= limits.answer_bytes:
            # Together within what one may take, so each is: decode them at once.
            try:
                decoded = self._all.decode(body)
            except _UNREADABLE:
                pass
            else:
                return decoded if len(decoded) == count else None
        try:
            parts = self._raw.decode(body)
        except _UNREADABLE:
            return None
        return [self.answer(part, limits) for part in parts] if len(parts) == count else None

    def mixed(self, body: bytes, count: int, limits: ChildLimits) -> list[object] | None:
        """As `answers`, of a reply that tells some faults itself."""
        try:
            items = self._mixed.decode(body)
        except _UNREADABLE:
            return None
        if len(items) != count:
            return None
        return [
            self.answer(item.answer, limits) if item.fault is None else self._told(item.fault, limits)
            for item in items
        ]

    def fault(self, body: bytes, limits: ChildLimits) -> Fault:
        """The fault that a child tells of itself."""
        try:
            return self._told(self._fault.decode(body), limits)
        except _UNREADABLE:
            return fault("protocol", "the policy's process sent a fault that cannot be read")

    def _told(self, child: ChildFault, limits: ChildLimits) -> Fault:
        """Makes a child's word of a fault fit to be shown and counted."""
        if child.rule not in _TOLD_BY_CHILDREN:
            name = quoted(child.rule, 40)
            return fault("protocol", f"the policy's process reported an unknown rule {name!r}")
        element = None if child.element is None else quoted(child.element, _ELEMENT_CHARACTERS)
        if child.rule == "memory_limit":
            return fault(child.rule, out_of_memory(limits.memory_bytes), element)
        hint = self._hints.get(child.refused or "")
        message = quoted(child.message)
        return fault(child.rule, message if hint is None else f"{message} ({hint})", element)


def _invalid(message: str) -> Fault:
    text, _, place = message.partition(" - at `$")
    element = quoted(place.removesuffix("`"), _ELEMENT_CHARACTERS) or None
    # A number beyond the largest float, such as 1e999, which other decoders take for infinity.
    rule = "not_finite" if text.startswith("Number out of range") else "answer_type"
    return fault(rule, f"the answer has a wrong type: {quoted(text)}", element)
