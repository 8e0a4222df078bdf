output "cluster_arn" {
  description = "ARN of the cluster"
  value       = aws_ecs_cluster.this.arn
}

output "task_definition_arn" {
  description = "ARN of the task definition's newest revision"
  value       = aws_ecs_task_definition.this.arn
}

output "log_group" {
  description = "Name of the log group"
  value       = aws_cloudwatch_log_group.this.name
}
