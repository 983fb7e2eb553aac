"""The search: runs, models, export and the command line."""
