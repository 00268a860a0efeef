"""Catalog as code for Traede."""

__version__ = "0.1.0"
