output "role_arns" {
  description = "ARNs of the roles: `host`, `execution`, `spark`, `maintain`, `copy`, `airflow`, `query`, `gc`"
  value       = { for role, one in aws_iam_role.this : role => one.arn }
}

output "role_names" {
  description = "Names of the roles"
  value       = { for role, one in aws_iam_role.this : role => one.name }
}

output "airflow_instance_profile" {
  description = "Name of the instance profile of Airflow's role"
  value       = aws_iam_instance_profile.airflow.name
}
