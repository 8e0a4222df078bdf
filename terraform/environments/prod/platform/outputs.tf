output "airflow_instance_id" {
  description = "Id of Airflow's machine, for Session Manager"
  value       = module.stack.airflow_instance_id
}

output "image_url" {
  description = "Repository for the host's image"
  value       = module.stack.image_url
}

output "plugin_urls" {
  description = "Repositories for plugins"
  value       = module.stack.plugin_urls
}

output "role_arns" {
  description = "Roles: `host`, `execution`, `spark`, `maintain`, `copy`, `airflow`, `query`, `gc`"
  value       = module.stack.role_arns
}

output "job_names" {
  description = "Glue jobs: `curate`, and `migrate`, which a person starts"
  value       = module.stack.job_names
}

output "warehouse_admin_secret_arn" {
  description = "Secret of Redshift's administrator; null for an existing work group"
  value       = module.stack.warehouse_admin_secret_arn
}

output "alarm_topic_arn" {
  description = "SNS topic for alarms"
  value       = module.stack.alarm_topic_arn
}
