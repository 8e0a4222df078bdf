variable "workgroup" {
  description = "Name of the work group"
  type        = string
}

variable "bucket" {
  description = "Name of the lake's bucket"
  type        = string
}

variable "results" {
  description = "Folder of the lake that results go to"
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9_-]+(/[a-z0-9_-]+)*$", var.results))
    error_message = "`${var.results}` is not a folder name without leading and trailing slashes."
  }
}

variable "key_arn" {
  description = "ARN of the KMS key for results"
  type        = string
}

variable "database" {
  description = "Glue database for unqualified names"
  type        = string
}

variable "queries" {
  description = "Named queries: SQL by name. The first line of each is a comment that describes it"
  type        = map(string)

  validation {
    condition     = alltrue([for one in values(var.queries) : startswith(one, "--")])
    error_message = "These queries don't begin with a comment that describes them: ${join(", ", [for name, one in var.queries : name if !startswith(one, "--")])}."
  }
}

variable "scan_limit_gib" {
  description = "GiB that a query may scan before it is cancelled; 200 GiB cost 1 USD. All validated years are 15 GiB"
  type        = number
  default     = 200

  validation {
    condition     = var.scan_limit_gib >= 1 && var.scan_limit_gib <= 10240
    error_message = "A query may scan 1 to 10240 GiB; `${var.scan_limit_gib}` was given."
  }
}

variable "tags" {
  description = "Tags for all resources"
  type        = map(string)
  default     = {}
}
