variable "cluster" {
  description = "Name of the ECS cluster"
  type        = string
}

variable "task_definition" {
  description = "Family of the task definition"
  type        = string
}

variable "container" {
  description = "Name of the container, which Airflow gives its command"
  type        = string
}

variable "image" {
  description = "Image with a version or, better, a digest"
  type        = string

  validation {
    condition     = can(regex("(@sha256:[0-9a-f]{64}|:[0-9][0-9A-Za-z.-]*)$", var.image))
    error_message = "`${var.image}` ends neither with a version (`:0.1.0`) nor with a digest (`@sha256:…`): what `latest` was cannot be told afterwards."
  }
}

variable "cpu" {
  description = "CPU units of a task; 1024 make a core. The host uses all it gets"
  type        = number
  default     = 4096

  validation {
    condition     = contains([1024, 2048, 4096, 8192, 16384], var.cpu)
    error_message = "Fargate has tasks of 1024, 2048, 4096, 8192 and 16384 units; `${var.cpu}` was given."
  }
}

variable "memory" {
  description = "MiB of a task. A run takes 512 MiB unless told otherwise; Fargate requires at least 2 GiB for each core"
  type        = number
  default     = 8192

  validation {
    condition     = var.memory >= var.cpu * 2 && var.memory <= var.cpu * 8 && var.memory % 1024 == 0
    error_message = "Fargate has 2 to 8 GiB a core, in whole GiB; `${var.memory}` MiB with `${var.cpu}` units is not one of these."
  }
}

variable "disk" {
  description = "GiB of temporary disk: the largest file, for runs with `--spool`, and spilled keys (Fargate: 21 to 200)"
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
  description = "Role with which ECS pulls the image and writes the log"
  type        = string
}

variable "log_group" {
  description = "Name of the log group"
  type        = string
}

variable "log_days" {
  description = "Days for which logs are kept"
  type        = number
  default     = 365

  validation {
    condition     = contains([30, 60, 90, 180, 365, 400, 731], var.log_days)
    error_message = "CloudWatch keeps logs for 30, 60, 90, 180, 365, 400 or 731 days, among others; `${var.log_days}` was given."
  }
}

variable "key_arn" {
  description = "ARN of the key that logs are encrypted with"
  type        = string
}

variable "tags" {
  description = "Tags of all resources"
  type        = map(string)
  default     = {}
}
