module "platform" {
  source = "../platform"

  environment = var.environment
  file        = var.names
}

# The lake belongs to another root, because it outlives this one; its key is found by the lake's name.
data "aws_kms_alias" "lake" {
  name = "alias/${module.platform.bucket}"
}

data "aws_partition" "current" {}

locals {
  name            = module.platform.name
  key_arn         = data.aws_kms_alias.lake.target_key_arn
  logs_bucket_arn = "arn:${data.aws_partition.current.partition}:s3:::${module.platform.bucket}-logs"
  log_groups      = { host = "/${local.name}/host", airflow = "/${local.name}/airflow" }

  # Every query in the repository's SQL, as a named query.
  sql = "${path.module}/../../../glue/warehouse/sql"
  queries = merge([for folder in ["analyst/queries", "athena/validation"] : {
    for one in fileset("${local.sql}/${folder}", "*.sql") : trimsuffix(one, ".sql") => file("${local.sql}/${folder}/${one}")
  }]...)
}

module "network" {
  source = "../network"

  name            = local.name
  cidr            = var.cidr
  nat_gateway     = var.nat_gateway
  logs_bucket_arn = local.logs_bucket_arn
  tags            = var.tags
}

module "iam" {
  source = "../iam"

  name             = local.name
  bucket           = module.platform.bucket
  prefixes         = module.platform.prefixes
  key_arn          = local.key_arn
  databases        = module.platform.databases
  host             = module.platform.host
  jobs             = module.platform.jobs
  spark_roles      = module.platform.spark_roles
  copy_role        = module.platform.warehouse.copy_role
  query_workgroup  = module.platform.query_workgroup
  workgroup_arn    = var.workgroup_arn != null ? var.workgroup_arn : module.redshift[0].workgroup_arn
  secret_arn       = module.airflow.secret_arn
  log_groups       = local.log_groups
  metric_namespace = module.platform.metrics.namespace
  tags             = var.tags
}

module "registry" {
  source = "../registry"

  image   = module.platform.host.image
  key_arn = local.key_arn
  tags    = var.tags
}

module "host" {
  source = "../host"

  cluster            = module.platform.host.cluster
  task_definition    = module.platform.host.task_definition
  container          = module.platform.host.container
  image              = "${module.registry.image_url}${startswith(var.image, "sha256:") ? "@" : ":"}${var.image}"
  cpu                = var.host_cpu
  memory             = var.host_memory
  task_role_arn      = module.iam.role_arns.host
  execution_role_arn = module.iam.role_arns.execution
  log_group          = local.log_groups.host
  key_arn            = local.key_arn
  tags               = var.tags
}

module "glue" {
  source = "../glue"

  environment = var.environment
  bucket      = module.platform.bucket
  prefixes    = module.platform.prefixes
  databases   = module.platform.databases
  jobs        = module.platform.jobs
  role_arns   = { curate = module.iam.role_arns.spark, maintain = module.iam.role_arns.maintain }
  key_arn     = local.key_arn
  release     = var.release
  workers     = var.spark_workers
  tags        = var.tags
}

module "athena" {
  source = "../athena"

  workgroup = module.platform.query_workgroup
  bucket    = module.platform.bucket
  results   = module.platform.prefixes.query_results
  key_arn   = local.key_arn
  database  = module.glue.database_names.curated
  queries   = local.queries
  tags      = var.tags
}

module "redshift" {
  source = "../redshift"
  count  = var.workgroup_arn == null ? 1 : 0

  workgroup          = module.platform.warehouse.workgroup
  database           = module.platform.warehouse.database
  copy_role_arn      = module.iam.role_arns.copy
  key_arn            = local.key_arn
  subnet_ids         = module.network.warehouse_subnet_ids
  security_group_ids = [module.network.warehouse_security_group_id]
  rpu_hours          = var.rpu_hours
  tags               = var.tags
}

module "airflow" {
  source = "../airflow"

  name              = local.name
  environment       = var.environment
  bucket            = module.platform.bucket
  artifacts         = module.platform.prefixes.artifacts
  release           = var.release
  instance_profile  = module.iam.airflow_instance_profile
  instance_type     = var.airflow_instance_type
  subnet_ids        = module.network.worker_subnet_ids
  availability_zone = module.network.worker_zone
  security_group_id = module.network.worker_security_group_id
  public_address    = module.network.workers_have_public_addresses
  key_arn           = local.key_arn
  log_group         = local.log_groups.airflow
  pool              = module.platform.pool
  tags              = var.tags
}

module "observability" {
  source = "../observability"

  name              = local.name
  region            = module.platform.region
  key_arn           = local.key_arn
  metrics           = module.platform.metrics
  airflow_log_group = module.airflow.log_group
  host_log_group    = module.host.log_group
  emails            = var.emails
  budget_usd        = var.budget_usd
  tags              = var.tags
}
