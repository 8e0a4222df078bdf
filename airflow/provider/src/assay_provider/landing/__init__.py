"""Landing: files come into `raw/` whole, checked, and never in the place of another."""
