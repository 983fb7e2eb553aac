"""The command `adrs`."""

__all__ = ["main"]


def main() -> int:
    """Runs the command line and returns its exit code."""
    from evolve.cli.app import app
    from evolve.cli.exits import exit_code_of, tell

    tell("problems.bounds")  # the first look at measured data may take a while, and says so
    return exit_code_of(app)
