output "vpc_id" {
  description = "Id of the VPC"
  value       = aws_vpc.this.id
}

output "worker_subnet_ids" {
  description = "Subnets of Airflow and the host: private with a NAT gateway, otherwise public"
  value       = var.nat_gateway ? aws_subnet.private[*].id : aws_subnet.public[*].id
}

output "worker_zone" {
  description = "Zone of the workers' first subnet"
  value       = local.zones[0]
}

output "workers_have_public_addresses" {
  description = "Whether workers need a public address for outbound access"
  value       = !var.nat_gateway
}

output "warehouse_subnet_ids" {
  description = "Private subnets in three zones"
  value       = aws_subnet.private[*].id
}

output "worker_security_group_id" {
  description = "Security group of Airflow and the host"
  value       = aws_security_group.this["workers"].id
}

output "warehouse_security_group_id" {
  description = "Security group of Redshift"
  value       = aws_security_group.this["warehouse"].id
}
