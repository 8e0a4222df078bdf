"""Curated Iceberg tables from validated parts: `inputs` in, `transforms`, `checks`, `publish`; `job` runs them."""
