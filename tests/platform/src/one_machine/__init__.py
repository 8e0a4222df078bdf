"""The whole platform on one machine: its servers, three years through the real DAGs, and a page about it."""
