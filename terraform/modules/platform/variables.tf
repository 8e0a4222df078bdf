variable "environment" {
  description = "Environment of `platform.json` to provision. Its lake must be a whole bucket on AWS"
  type        = string

  validation {
    condition     = can(local.file.environments[var.environment])
    error_message = "`${var.environment}` is not an environment in platform.json; expected one of: ${join(", ", keys(local.file.environments))}."
  }

  validation {
    condition     = try(length(local.file.environments[var.environment].endpoints) == 0, true)
    error_message = "`${var.environment}` has its own endpoints, so it is not on AWS; there is nothing to provision."
  }

  validation {
    condition     = can(regex("^s3://[a-z0-9][a-z0-9.-]+[a-z0-9]$", try(local.file.environments[var.environment].lake, "s3://named-elsewhere")))
    error_message = "The lake of `${var.environment}` is not a whole bucket (`s3://name`): policies and lifecycle rules belong to a bucket."
  }
}

variable "file" {
  description = "Path of another file of names (default: `terraform/platform.json`)"
  type        = string
  default     = null
}
