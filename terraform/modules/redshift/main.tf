################################################################################
# Namespace: storage
################################################################################

resource "aws_redshiftserverless_namespace" "this" {
  namespace_name = var.workgroup
  db_name        = var.database
  kms_key_id     = var.key_arn
  # Secrets Manager generates, stores and rotates the administrator's password; nobody types one.
  manage_admin_password = true
  iam_roles             = [var.copy_role_arn]
  default_iam_role_arn  = var.copy_role_arn
  log_exports           = ["userlog", "connectionlog", "useractivitylog"]
  tags                  = var.tags
}

################################################################################
# Work group: compute
################################################################################

resource "aws_redshiftserverless_workgroup" "this" {
  workgroup_name = var.workgroup
  namespace_name = aws_redshiftserverless_namespace.this.namespace_name
  base_capacity  = var.base_rpus
  max_capacity   = var.max_rpus
  # COPY uses the VPC's endpoint, where flows are logged.
  enhanced_vpc_routing = true
  # It is accessed through its Data API.
  publicly_accessible = false
  subnet_ids          = var.subnet_ids
  security_group_ids  = var.security_group_ids
  tags                = var.tags

  config_parameter {
    parameter_key   = "require_ssl"
    parameter_value = "true"
  }

  config_parameter {
    parameter_key   = "max_query_execution_time"
    parameter_value = tostring(var.longest_query_seconds)
  }
}

resource "aws_redshiftserverless_usage_limit" "this" {
  resource_arn = aws_redshiftserverless_workgroup.this.arn
  usage_type   = "serverless-compute"
  amount       = var.rpu_hours
  period       = "monthly"
  # Beyond the limit, queries are refused until the month ends or somebody raises it: a runaway loop costs no more than the limit.
  breach_action = "deactivate"
}
