output "workgroup_arn" {
  description = "ARN of the work group"
  value       = aws_redshiftserverless_workgroup.this.arn
}

output "workgroup" {
  description = "Name of the work group"
  value       = aws_redshiftserverless_workgroup.this.workgroup_name
}

output "admin_secret_arn" {
  description = "Secret of the administrator, created by Redshift"
  value       = aws_redshiftserverless_namespace.this.admin_password_secret_arn
}
