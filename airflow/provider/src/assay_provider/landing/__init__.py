"""Landing: files arrive in `raw/` complete and checked, and never replace another."""
