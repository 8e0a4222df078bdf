variable "bucket" {
  description = "Name of the lake's bucket. Access logs go to `<bucket>-logs`"
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,56}[a-z0-9]$", var.bucket))
    error_message = "`${var.bucket}` is not a bucket name of 3 to 58 lower-case letters, digits and hyphens: `-logs` is appended, and dots break TLS."
  }
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
    error_message = "A prefix begins or ends with a slash, or has characters other than lower-case letters, digits, `_` and `-`."
  }

  validation {
    condition     = length(distinct(values(var.prefixes))) == length(values(var.prefixes))
    error_message = "Two prefixes are the same: permissions and lifecycle rules of one would apply to the other."
  }

  validation {
    condition     = alltrue([for one in values(var.prefixes) : !startswith(one, "${var.prefixes.raw}/") && !startswith(var.prefixes.raw, "${one}/")])
    error_message = "`${var.prefixes.raw}` (raw) is inside another prefix or contains one: immutable data must be separate."
  }
}

variable "raw_cools_after_days" {
  description = "Days after which raw files move to infrequent access (at least 30 in S3)"
  type        = number
  default     = 90

  validation {
    condition     = var.raw_cools_after_days >= 30
    error_message = "S3 moves objects to infrequent access after 30 days at the earliest; `${var.raw_cools_after_days}` was given."
  }
}

variable "old_versions_days" {
  description = "Days for which deleted and replaced objects can be restored; raw has none"
  type        = number
  default     = 30

  validation {
    condition     = var.old_versions_days >= 7
    error_message = "Mistakes are found within days, not hours: at least 7 days are required; `${var.old_versions_days}` was given."
  }
}

variable "query_results_days" {
  description = "Days to keep Athena's results"
  type        = number
  default     = 30
}

variable "copy_manifests_days" {
  description = "Days to keep manifests of loads, which show what a load read"
  type        = number
  default     = 90
}

variable "reports_days" {
  description = "Days to keep workers' reports; audit records are kept forever"
  type        = number
  default     = 365
}

variable "access_logs_days" {
  description = "Days to keep access logs and VPC flow logs"
  type        = number
  default     = 365
}

variable "tags" {
  description = "Tags for all resources"
  type        = map(string)
  default     = {}
}
