"""Attacks on a problem's measuring: candidates that cheat, and answers that break its rules."""
