variable "bucket" {
  description = "Name of the lake's bucket. Access logs go to `<bucket>-logs`"
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,56}[a-z0-9]$", var.bucket))
    error_message = "`${var.bucket}` is not a bucket name of 3 to 58 lower-case letters, digits and hyphens: `-logs` is added to it, and dots break TLS."
  }
}

variable "prefixes" {
  description = "Folders of the lake by use, without slashes at either end"
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
    error_message = "A prefix has a slash at an end, or other characters than lower-case letters, digits, `_` and `-`."
  }

  validation {
    condition     = length(distinct(values(var.prefixes))) == length(values(var.prefixes))
    error_message = "Two prefixes are the same: rights and lifecycles of one would hold for the other."
  }

  validation {
    condition     = alltrue([for one in values(var.prefixes) : !startswith(one, "${var.prefixes.raw}/") && !startswith(var.prefixes.raw, "${one}/")])
    error_message = "`${var.prefixes.raw}` (raw) lies in another prefix or has one in it: what is immutable must be apart."
  }
}

variable "raw_cools_after_days" {
  description = "Days after which raw files move to infrequent access (S3 takes 30 at least)"
  type        = number
  default     = 90

  validation {
    condition     = var.raw_cools_after_days >= 30
    error_message = "S3 moves nothing to infrequent access before 30 days; `${var.raw_cools_after_days}` was given."
  }
}

variable "old_versions_days" {
  description = "Days for which deleted and replaced objects can be brought back; raw has none"
  type        = number
  default     = 30

  validation {
    condition     = var.old_versions_days >= 7
    error_message = "A mistake is found within days, not hours: at least 7, not `${var.old_versions_days}`."
  }
}

variable "query_results_days" {
  description = "Days for which Athena's results are kept"
  type        = number
  default     = 30
}

variable "copy_manifests_days" {
  description = "Days for which manifests of loads are kept, to see what a load read"
  type        = number
  default     = 90
}

variable "reports_days" {
  description = "Days for which workers' reports are kept; audit records are kept for good"
  type        = number
  default     = 365
}

variable "access_logs_days" {
  description = "Days for which access logs and network flows are kept"
  type        = number
  default     = 365
}

variable "tags" {
  description = "Tags of all resources"
  type        = map(string)
  default     = {}
}
