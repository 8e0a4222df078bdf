"""What the DAGs of Open Payments share. Names and addresses come from `terraform/platform.json`."""
