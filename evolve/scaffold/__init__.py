"""Text of a new problem's package, by kind."""
