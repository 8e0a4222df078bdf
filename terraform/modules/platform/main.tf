################################################################################
# The single file of names
################################################################################

locals {
  file = jsondecode(file(coalesce(var.file, "${path.module}/../../platform.json")))
  here = local.file.environments[var.environment]
}
