variable "name" {
  description = "Prefix of role names that `platform.json` does not give"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.name))
    error_message = "`${var.name}` is not 1 to 31 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "bucket" {
  description = "Name of the lake's bucket"
  type        = string
}

variable "prefixes" {
  description = "Folders of the lake by purpose, without leading or trailing slashes"
  type = object({
    raw             = string
    validated       = string
    rejected        = string
    audit           = string
    schema_versions = string
    copy_manifests  = string
    query_results   = string
    curated         = string
    artifacts       = string
    reports         = string
  })

  validation {
    condition     = alltrue([for one in values(var.prefixes) : can(regex("^[a-z0-9_-]+(/[a-z0-9_-]+)*$", one))])
    error_message = "A prefix is empty, begins or ends with a slash, or has a wildcard: permissions would apply to more than the folder."
  }
}

variable "key_arn" {
  description = "ARN of the lake's KMS key"
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.key_arn))
    error_message = "`${var.key_arn}` is not the ARN of a key; policies do not accept an alias."
  }
}

variable "databases" {
  description = "Glue databases: `staging` and `curated`"
  type        = object({ staging = string, curated = string })
}

variable "host" {
  description = "How the host runs: `cluster`, `task_definition` (a family) and `image` (a repository)"
  type        = object({ cluster = string, task_definition = string, image = string })

  validation {
    condition     = alltrue([for one in values(var.host) : can(regex("^[A-Za-z0-9_/-]+$", one))])
    error_message = "Cluster, task definition and image are names, not ARNs, and have no wildcards."
  }
}

variable "jobs" {
  description = "Glue jobs that Airflow starts: `curate` and `maintain`"
  type        = object({ curate = string, maintain = string })

  validation {
    condition     = alltrue([for job in values(var.jobs) : can(regex("^[A-Za-z0-9_-]+$", job))])
    error_message = "One of these is not the name of one job: ${join(", ", values(var.jobs))}."
  }
}

variable "spark_roles" {
  description = "Names of the roles of Glue jobs: `curate` and `maintain`"
  type        = object({ curate = string, maintain = string })
}

variable "copy_role" {
  description = "Name of the role that Redshift uses for COPY"
  type        = string
}

variable "query_workgroup" {
  description = "Athena work group for people's queries"
  type        = string
}

variable "workgroup_arn" {
  description = "ARN of the Redshift work group that Airflow loads into"
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:redshift-serverless:[a-z0-9-]+:[0-9]{12}:workgroup/[A-Za-z0-9-]+$", var.workgroup_arn))
    error_message = "`${var.workgroup_arn}` is not the ARN of one Redshift Serverless work group."
  }
}

variable "secret_arn" {
  description = "ARN of Airflow's secret"
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[^*]+$", var.secret_arn))
    error_message = "`${var.secret_arn}` is not the ARN of one secret."
  }
}

variable "log_groups" {
  description = "Names of the log groups of `host` and `airflow`"
  type        = object({ host = string, airflow = string })
}

variable "metric_namespace" {
  description = "CloudWatch namespace for Airflow's metrics"
  type        = string
}

variable "descriptions" {
  description = "Descriptions of the roles, shown in the console"
  type        = map(string)
  default = {
    host      = "The host: reads raw, writes staging and metadata"
    execution = "ECS, before the host starts: pulls the image, creates its log stream"
    spark     = "Glue jobs: read validated, write curated"
    maintain  = "Glue job: removes files that the curated tables no longer name"
    copy      = "Redshift: reads curated"
    airflow   = "Airflow: lands, registers, starts host and jobs, loads"
    query     = "People: query staging and curated with Athena"
    gc        = "People: assay gc, which removes files that no manifest names"
  }
}

variable "tags" {
  description = "Tags for all resources"
  type        = map(string)
  default     = {}
}
