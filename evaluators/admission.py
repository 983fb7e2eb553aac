"""What bytes may enter as a policy's source; syntax and entry point are judged in the sandbox, not here."""

from sandbox.faults import Fault, FaultKind

SOURCE_BYTES = 256 * 1024
"""Largest source accepted: far above any policy, far below what could hurt a parser."""


def admit(raw: bytes) -> str | Fault:
    """Decodes a policy file, dropping a byte-order mark and unifying line ends, as Python itself does.

    Rules: `source_too_large`, `source_not_utf8`, `source_has_nul`.
    """
    if len(raw) > SOURCE_BYTES:
        message = f"the policy has {len(raw):,} bytes; at most {SOURCE_BYTES:,} are accepted"
        return Fault(FaultKind.REFUSED, "source_too_large", message)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        bad = f"byte 0x{raw[error.start]:02x} at offset {error.start}"
        message = f"the policy is not UTF-8: {bad}; save it as UTF-8"
        return Fault(FaultKind.REFUSED, "source_not_utf8", message, f"line {line}")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        message = "the policy contains a NUL character; is it a text file?"
        return Fault(FaultKind.REFUSED, "source_has_nul", message, f"line {line}")
    return text.replace("\r\n", "\n").replace("\r", "\n")
