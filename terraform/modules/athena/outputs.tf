output "workgroup" {
  description = "Name of the work group"
  value       = aws_athena_workgroup.this.name
}

output "named_query_ids" {
  description = "Ids of the named queries by name"
  value       = { for name, one in aws_athena_named_query.this : name => one.id }
}
