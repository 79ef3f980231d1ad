"""Metrics by their definitions: rows are looked at one after the other, in exact numbers."""
