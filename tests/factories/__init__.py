"""Rows with sensible values, a file a noun: each function writes one row and gives back its id."""
