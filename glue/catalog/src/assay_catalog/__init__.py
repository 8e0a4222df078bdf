"""Keeps the Glue Data Catalog at what the lake's manifests commit. See `register` and `rebuild`."""
