"""How many tokens a text has, as far as that can be told without the model's own tokenizer."""

BYTES_PER_TOKEN = 4
"""On average, of English and Python."""
FEWEST_BYTES_PER_TOKEN = 2
"""No tokenizer in use makes more tokens of English and Python than one of every two bytes."""


def estimated_tokens(text: str) -> int:
    """Estimates tokens; what a missing usage is replaced by."""
    return -(-_bytes(text) // BYTES_PER_TOKEN)


def most_tokens(text: str) -> int:
    """Bounds tokens from above; what a budget reserves for a prompt before its usage is known."""
    return -(-_bytes(text) // FEWEST_BYTES_PER_TOKEN)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
