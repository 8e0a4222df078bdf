"""The connection type `assay`."""
