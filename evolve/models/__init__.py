"""Language models: what is asked, what comes back, what it costs, and who can be asked."""
