output "instance_id" {
  description = "Id of the machine, for Session Manager"
  value       = aws_instance.this.id
}

output "secret_arn" {
  description = "ARN of the secret with Airflow's keys"
  value       = aws_secretsmanager_secret.this.arn
}

output "log_group" {
  description = "Name of the log group"
  value       = aws_cloudwatch_log_group.this.name
}

output "state_volume_id" {
  description = "Id of the volume for database and logs"
  value       = aws_ebs_volume.state.id
}

output "user_data" {
  description = "Script that the machine runs at its first start"
  value       = aws_instance.this.user_data
}
