output "environment" {
  description = "Name of the environment"
  value       = var.environment
}

output "name" {
  description = "Name of the platform, which names of resources begin with: the cluster's"
  value       = local.here.host.cluster
}

output "region" {
  description = "AWS region"
  value       = local.here.region
}

output "bucket" {
  description = "Name of the lake's bucket"
  value       = trimprefix(local.here.lake, "s3://")
}

output "prefixes" {
  description = "Folders of the lake by use, without slashes at either end"
  value       = local.file.lake
}

output "databases" {
  description = "Glue databases: `staging` over what the host wrote, `curated` of the Iceberg tables"
  value = {
    staging = local.file.catalog.staging.database
    curated = local.file.catalog.curated.database
  }
}

output "jobs" {
  description = "Names of Glue jobs by what they do"
  value       = local.file.jobs
}

output "metrics" {
  description = "CloudWatch's `namespace`, and the names of the numbers in it: `failures`, `rejects`, `null_drift`, `age`"
  value       = local.file.metrics
}

output "host" {
  description = "How the host runs: `cluster`, `task_definition`, `container` and `image` (a repository)"
  value       = local.here.host
}

output "spark_roles" {
  description = "Names of the roles of Glue jobs: `curate`, which also makes tables, and `maintain`"
  value       = { curate = local.here.spark.role, maintain = local.here.spark.maintain_role }
}

output "warehouse" {
  description = "Redshift's `workgroup`, `copy_role` and `database`"
  value = {
    workgroup = local.here.warehouse.workgroup
    copy_role = local.here.warehouse.copy_role
    database  = local.file.warehouse.database
  }
}

output "query_workgroup" {
  description = "Name of the Athena work group"
  value       = local.here.query.workgroup
}

output "pool" {
  description = "Airflow pool that bounds hosts at work at a time"
  value       = local.file.airflow.pool
}
