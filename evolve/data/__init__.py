"""Measured data: what installed problems can use, whether it is here, and how it is fetched."""
