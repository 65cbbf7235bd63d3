"""Carrying it out."""
