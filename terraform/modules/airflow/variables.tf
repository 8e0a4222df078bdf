variable "name" {
  description = "Prefix of resource names"
  type        = string
}

variable "environment" {
  description = "Environment of `platform.json` that DAGs and commands use"
  type        = string
}

variable "bucket" {
  description = "Name of the lake's bucket"
  type        = string
}

variable "artifacts" {
  description = "Folder of the lake that releases are in"
  type        = string
}

variable "release" {
  description = "Release to install: a folder below `artifacts`, as created by `terraform/release.sh`"
  type        = string

  validation {
    condition     = can(regex("^[0-9A-Za-z][0-9A-Za-z._-]*$", var.release))
    error_message = "`${var.release}` is not the name of a folder such as `0.1.0`."
  }
}

variable "instance_profile" {
  description = "Instance profile of Airflow's role"
  type        = string
}

variable "instance_type" {
  description = "Instance type, x86-64. Airflow's four processes take 2 GB; ECS, Glue and Redshift do the work"
  type        = string
  default     = "t3.large"

  validation {
    condition     = !can(regex("^[a-z]+[0-9]+g[a-z]*[.]|[.](nano|micro|small)$", var.instance_type))
    error_message = "`${var.instance_type}` is an ARM type or has less than 4 GB: the wheels are for x86-64, and Airflow needs 4 GB."
  }
}

variable "ami" {
  description = "Machine image (default: the newest Amazon Linux 2023)"
  type        = string
  default     = null

  validation {
    condition     = var.ami == null || can(regex("^ami-[0-9a-f]{8,17}$", var.ami))
    error_message = "`${coalesce(var.ami, "null")}` is not the id of a machine image."
  }
}

variable "subnet_ids" {
  description = "Subnets of the workers; the machine is in the first"
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) > 0
    error_message = "At least one subnet is required for the machine."
  }
}

variable "availability_zone" {
  description = "Zone of the first subnet; the volume must be in it"
  type        = string
}

variable "security_group_id" {
  description = "Security group of the workers"
  type        = string
}

variable "public_address" {
  description = "Whether ECS tasks get a public address, for outbound access only. The machine has one if its subnet assigns it"
  type        = bool
}

variable "key_arn" {
  description = "ARN of the KMS key for volumes, secret and log"
  type        = string
}

variable "log_group" {
  description = "Name of the log group"
  type        = string
}

variable "log_days" {
  description = "Days to keep logs"
  type        = number
  default     = 365
}

variable "pool" {
  description = "Airflow pool that limits concurrent hosts"
  type        = string
}

variable "pool_slots" {
  description = "Concurrent hosts"
  type        = number
  default     = 4

  validation {
    condition     = var.pool_slots >= 1 && var.pool_slots <= 32
    error_message = "A pool has 1 to 32 slots; `${var.pool_slots}` was given."
  }
}

variable "parallelism" {
  description = "Concurrent tasks; most wait for ECS, Glue or Redshift"
  type        = number
  default     = 8

  validation {
    condition     = var.parallelism >= var.pool_slots
    error_message = "`${var.parallelism}` concurrent tasks are fewer than the pool's `${var.pool_slots}` slots."
  }
}

variable "state_gib" {
  description = "Size in GiB of the volume for database and logs"
  type        = number
  default     = 20

  validation {
    condition     = var.state_gib >= 10 && var.state_gib <= 1000
    error_message = "A volume has 10 to 1000 GiB; `${var.state_gib}` was given."
  }
}

variable "secret_recovery_days" {
  description = "Days for which a deleted secret can be restored; 0 deletes it at once. It can be recreated"
  type        = number
  default     = 0

  validation {
    condition     = var.secret_recovery_days == 0 || (var.secret_recovery_days >= 7 && var.secret_recovery_days <= 30)
    error_message = "Secrets Manager keeps deleted secrets for 0 or 7 to 30 days, not for `${var.secret_recovery_days}`."
  }
}

variable "tags" {
  description = "Tags for all resources"
  type        = map(string)
  default     = {}
}
