"""Keeps the Glue Data Catalog in sync with the lake's committed manifests. See `register` and `rebuild`."""
