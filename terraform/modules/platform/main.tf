################################################################################
# The one file of names
################################################################################

locals {
  file = jsondecode(file(coalesce(var.file, "${path.module}/../../platform.json")))
  here = local.file.environments[var.environment]

  # Where workers and jobs leave reports for each other. The DAGs write below the same folder.
  reports = "metadata/airflow"
}
