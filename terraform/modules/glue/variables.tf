variable "environment" {
  description = "Environment of `platform.json` that jobs use"
  type        = string
}

variable "bucket" {
  description = "Name of the lake's bucket"
  type        = string
}

variable "prefixes" {
  description = "Folders of the lake: `validated`, `curated`, `artifacts`"
  type        = object({ validated = string, curated = string, artifacts = string })
}

variable "databases" {
  description = "Glue databases: `staging` and `curated`"
  type        = object({ staging = string, curated = string })

  validation {
    condition     = alltrue([for one in values(var.databases) : can(regex("^[a-z0-9_]+$", one))])
    error_message = "A database name has characters other than lower-case letters, digits and `_`; Athena would require quotes."
  }
}

variable "jobs" {
  description = "Names of jobs: `curate` and `maintain`. The job that creates tables is named like `curate` with the suffix `-migrate`"
  type        = object({ curate = string, maintain = string })
}

variable "role_arns" {
  description = "Roles of the jobs: `curate`, which also creates tables, and `maintain`"
  type        = object({ curate = string, maintain = string })
}

variable "key_arn" {
  description = "ARN of the KMS key for logs and the jobs' output"
  type        = string
}

variable "release" {
  description = "Release to deploy: a folder below the lake's `artifacts`"
  type        = string

  validation {
    condition     = can(regex("^[0-9A-Za-z][0-9A-Za-z._-]*$", var.release))
    error_message = "`${var.release}` is not the name of a folder such as `0.1.0`."
  }
}

variable "package_version" {
  description = "Version in the names of the release's wheels"
  type        = string
  default     = "0.1.0"
}

variable "worker_type" {
  description = "Size of a worker: `G.1X` has 4 cores and 16 GB"
  type        = string
  default     = "G.1X"

  validation {
    condition     = contains(["G.1X", "G.2X", "G.4X", "G.8X"], var.worker_type)
    error_message = "`${var.worker_type}` is not a type of worker: G.1X, G.2X, G.4X or G.8X."
  }
}

variable "workers" {
  description = "Workers of a `curate` run, including the driver. A year of 15 million records is 1.5 GB of Parquet, which four workers can process"
  type        = number
  default     = 5

  validation {
    condition     = var.workers >= 2 && var.workers <= 50
    error_message = "A job needs a driver and at least one worker, and more than 50 is probably a typo: 2 to 50 are accepted; `${var.workers}` was given."
  }
}

variable "timeout" {
  description = "Minutes after which a run is ended. A year takes minutes; a run that takes hours is hanging"
  type        = number
  default     = 180

  validation {
    condition     = var.timeout >= 10 && var.timeout <= 1440
    error_message = "A time-out is 10 to 1440 minutes; `${var.timeout}` was given."
  }
}

variable "tags" {
  description = "Tags for all resources"
  type        = map(string)
  default     = {}
}
