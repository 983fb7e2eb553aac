"""How money is told."""

from rich.table import Table
from rich.text import Text

from evolve.cli.terminal import harmless, table
from evolve.runs.ledger import Ledger
from evolve.runs.state import State


def dollars(usd: float) -> str:
    """Shows dollars to the cent, and to three digits where that is less than a dime."""
    return f"${usd:,.2f}" if usd >= 0.1 or usd == 0 else f"${usd:.3g}"


def spent_sentence(ledger: Ledger) -> str:
    """Says what models took, calls in doubt included."""
    told = f"{dollars(ledger.spent.usd)} and {ledger.spent.tokens:,} tokens"
    if not ledger.doubtful.tokens:
        return told
    return f"{told}, of which {dollars(ledger.doubtful.usd)} for calls that may not have been billed"


def model_table(state: State) -> Table:
    """Makes the table of what each model was asked and took."""
    found = table("model", "calls", "input", "output", "dollars", "in doubt", "usage estimated")
    for name, s in sorted(state.accounts.spending.items(), key=lambda item: -item[1].usd):
        figures = [f"{s.calls:,}", f"{s.input_tokens:,}", f"{s.output_tokens:,}", dollars(s.usd)]
        found.add_row(Text(harmless(name)), *figures, str(s.doubtful), str(s.estimated))
    return found
