"""The command `adrs`."""

__all__ = ["main"]


def main() -> int:
    """Runs the command line and returns its exit code."""
    from evolve.cli.app import app
    from evolve.cli.exits import exit_code_of

    return exit_code_of(app)
