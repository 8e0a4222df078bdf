locals {
  release = "s3://${var.bucket}/${var.prefixes.artifacts}/${var.release}"
  # A driver and one worker: these jobs read metadata, not rows.
  least_workers = 2
  wheels        = [for one in ["assay_platform", "assay_curated"] : "${local.release}/wheels/${one}-${var.package_version}-py3-none-any.whl"]

  jobs = {
    curate = {
      name = var.jobs.curate, script = "job.py", role = var.role_arns.curate, workers = var.workers
      does = "Curates validated years: writes a branch, checks it, publishes it"
    }
    migrate = {
      name = "${var.jobs.curate}-migrate", script = "migrate.py", role = var.role_arns.curate, workers = local.least_workers
      does = "Makes or changes the Iceberg tables; started by hand after a release that says so"
    }
    maintain = {
      name = var.jobs.maintain, script = "maintain.py", role = var.role_arns.maintain, workers = local.least_workers
      does = "Removes old snapshots of the Iceberg tables, and files that none names; shows them only, unless it is told to"
    }
  }
}

################################################################################
# Databases
################################################################################

# Tables are not created here. Hive tables come from `assay_catalog register`, Iceberg tables from the job `migrate`: their
# schemas change with snapshots, which Terraform would undo.
resource "aws_glue_catalog_database" "this" {
  for_each = {
    staging = { name = var.databases.staging, folder = dirname(var.prefixes.validated), of = "What the host wrote: Hive tables, one partition a published run" }
    curated = { name = var.databases.curated, folder = var.prefixes.curated, of = "Curated Iceberg tables" }
  }

  name         = each.value.name
  description  = each.value.of
  location_uri = "s3://${var.bucket}/${each.value.folder}"
  tags         = var.tags
}

################################################################################
# Jobs
################################################################################

resource "aws_glue_security_configuration" "this" {
  name = var.jobs.curate

  encryption_configuration {
    cloudwatch_encryption {
      cloudwatch_encryption_mode = "SSE-KMS"
      kms_key_arn                = var.key_arn
    }

    job_bookmarks_encryption {
      job_bookmarks_encryption_mode = "CSE-KMS"
      kms_key_arn                   = var.key_arn
    }

    s3_encryption {
      s3_encryption_mode = "SSE-KMS"
      kms_key_arn        = var.key_arn
    }
  }
}

resource "aws_glue_job" "this" {
  for_each = local.jobs

  name                   = each.value.name
  description            = each.value.does
  role_arn               = each.value.role
  security_configuration = aws_glue_security_configuration.this.name
  glue_version           = "5.1"
  execution_class        = "STANDARD"
  worker_type            = var.worker_type
  number_of_workers      = each.value.workers
  timeout                = var.timeout
  # Airflow retries; if Glue did too, a job could be started twice.
  max_retries = 0
  tags        = var.tags

  execution_property {
    # Jobs publish to the same tables: a second one would only be refused and start again.
    max_concurrent_runs = 1
  }

  command {
    name            = "glueetl"
    python_version  = "3"
    script_location = "${local.release}/glue/${each.value.script}"
  }

  default_arguments = {
    "--environment"                      = var.environment
    "--additional-python-modules"        = join(",", local.wheels)
    "--python-modules-installer-option"  = "--no-deps"
    "--datalake-formats"                 = "iceberg"
    "--job-bookmark-option"              = "job-bookmark-disable"
    "--enable-metrics"                   = "true"
    "--enable-continuous-cloudwatch-log" = "true"
  }
}
