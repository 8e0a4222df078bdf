"""Code shared by the Open Payments DAGs. Names and addresses come from `terraform/platform.json`."""
