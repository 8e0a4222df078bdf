"""Checks of `terraform/`: what `python -m assay_terraform check` runs. See README.md."""
