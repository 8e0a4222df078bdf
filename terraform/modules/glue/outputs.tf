output "job_names" {
  description = "Names of the jobs: `curate` and `maintain`, which Airflow starts, and `migrate`, which a person starts"
  value       = { for job, one in aws_glue_job.this : job => one.name }
}

output "database_names" {
  description = "Names of the databases: `staging` and `curated`"
  value       = { for use, one in aws_glue_catalog_database.this : use => one.name }
}
