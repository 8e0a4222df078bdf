"""Loads published data into the warehouse, and contains the SQL for analysts and validation. See `load`."""
