variable "workgroup" {
  description = "Name of the work group and of its namespace"
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9-]{3,64}$", var.workgroup))
    error_message = "`${var.workgroup}` is not 3 to 64 lower-case letters, digits and hyphens."
  }
}

variable "database" {
  description = "Name of the database"
  type        = string
}

variable "copy_role_arn" {
  description = "Role that COPY uses to read the lake; the namespace's default role"
  type        = string
}

variable "key_arn" {
  description = "ARN of the KMS key for tables"
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets, in three zones"
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 3
    error_message = "Redshift Serverless requires subnets in three zones; ${length(var.subnet_ids)} were given."
  }
}

variable "security_group_ids" {
  description = "Security groups"
  type        = list(string)
}

variable "base_rpus" {
  description = "Base RPUs of a query. 4, the minimum, have 64 GB of memory; all years of general payments are 9 GB, compressed"
  type        = number
  default     = 4

  validation {
    condition     = var.base_rpus == 4 || (var.base_rpus >= 8 && var.base_rpus <= 512 && var.base_rpus % 8 == 0)
    error_message = "Redshift has 4 RPUs, or a multiple of 8 up to 512; `${var.base_rpus}` was given."
  }
}

variable "max_rpus" {
  description = "Maximum RPUs"
  type        = number
  default     = 8

  validation {
    condition     = var.max_rpus >= var.base_rpus
    error_message = "The maximum of `${var.max_rpus}` RPUs is less than the base of `${var.base_rpus}`."
  }
}

variable "rpu_hours" {
  description = "RPU-hours per month, beyond which queries are refused. 60 cost 22 USD; loading a year takes about 1"
  type        = number
  default     = 60

  validation {
    condition     = var.rpu_hours >= 1 && var.rpu_hours <= 5000
    error_message = "A limit is 1 to 5000 RPU-hours; `${var.rpu_hours}` was given."
  }
}

variable "longest_query_seconds" {
  description = "Seconds after which a query is ended; the loader allows an hour for a load"
  type        = number
  default     = 3600
}

variable "tags" {
  description = "Tags for all resources"
  type        = map(string)
  default     = {}
}
