"""Reads the store and acts only by starting `adrs` commands; its pages are not built yet."""
