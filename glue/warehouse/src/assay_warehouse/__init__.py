"""Loads what is published into the warehouse, and holds the SQL that analysts and validation run. See `load`."""
