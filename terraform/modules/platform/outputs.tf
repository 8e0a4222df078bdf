output "environment" {
  description = "Name of the environment"
  value       = var.environment
}

output "name" {
  description = "Name of the platform and prefix of resource names: the cluster's name"
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
  description = "Folders of the lake by purpose, without leading or trailing slashes"
  value       = local.file.lake
}

output "databases" {
  description = "Glue databases: `staging` for the host's output, `curated` for the Iceberg tables"
  value = {
    staging = local.file.catalog.staging.database
    curated = local.file.catalog.curated.database
  }
}

output "jobs" {
  description = "Names of Glue jobs by purpose"
  value       = local.file.jobs
}

output "metrics" {
  description = "CloudWatch `namespace`, and the names of the metrics in it: `failures`, `rejects`, `null_drift`, `age`"
  value       = local.file.metrics
}

output "host" {
  description = "How the host runs: `cluster`, `task_definition`, `container` and `image` (a repository)"
  value       = local.here.host
}

output "spark_roles" {
  description = "Names of the roles of Glue jobs: `curate`, which also creates tables, and `maintain`"
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
  description = "Airflow pool that limits concurrent hosts"
  value       = local.file.airflow.pool
}
