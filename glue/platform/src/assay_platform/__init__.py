"""Names and addresses of the platform: lake, catalog, jobs, connections, environments. See `config`."""
