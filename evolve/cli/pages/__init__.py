"""One HTML file on runs: put together from their logs, without scripts, and without a word left unescaped."""
