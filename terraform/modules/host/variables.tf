variable "cluster" {
  description = "Name of the ECS cluster"
  type        = string
}

variable "task_definition" {
  description = "Family of the task definition"
  type        = string
}

variable "container" {
  description = "Name of the container, whose command Airflow sets"
  type        = string
}

variable "image" {
  description = "Image with a version or, preferably, a digest"
  type        = string

  validation {
    condition     = can(regex("(@sha256:[0-9a-f]{64}|:[0-9][0-9A-Za-z.-]*)$", var.image))
    error_message = "`${var.image}` ends neither with a version (`:0.1.0`) nor with a digest (`@sha256:…`): one cannot tell afterwards what `latest` was."
  }
}

variable "cpu" {
  description = "CPU units of a task; 1024 are one core. The host uses all cores"
  type        = number
  default     = 4096

  validation {
    condition     = contains([1024, 2048, 4096, 8192, 16384], var.cpu)
    error_message = "Fargate has tasks of 1024, 2048, 4096, 8192 and 16384 units; `${var.cpu}` was given."
  }
}

variable "memory" {
  description = "Memory of a task in MiB. A run uses 256 MiB by default; Fargate requires at least 2 GiB per core"
  type        = number
  default     = 8192

  validation {
    condition     = var.memory >= var.cpu * 2 && var.memory <= var.cpu * 8 && var.memory % 1024 == 0
    error_message = "Fargate has 2 to 8 GiB per core, in whole GiB; `${var.memory}` MiB with `${var.cpu}` units is not one of these."
  }
}

variable "disk" {
  description = "Temporary disk in GiB: room for the largest file, for runs with `--spool`, and for spilled keys (Fargate: 21 to 200)"
  type        = number
  default     = 40

  validation {
    condition     = var.disk >= 21 && var.disk <= 200
    error_message = "Fargate has 21 to 200 GiB of temporary disk; `${var.disk}` was given."
  }
}

variable "task_role_arn" {
  description = "Role of the host"
  type        = string
}

variable "execution_role_arn" {
  description = "Role that ECS uses to pull the image and write the log"
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

  validation {
    condition     = contains([30, 60, 90, 180, 365, 400, 731], var.log_days)
    error_message = "CloudWatch keeps logs for 30, 60, 90, 180, 365, 400 or 731 days, among others; `${var.log_days}` was given."
  }
}

variable "key_arn" {
  description = "ARN of the KMS key for logs"
  type        = string
}

variable "tags" {
  description = "Tags for all resources"
  type        = map(string)
  default     = {}
}
