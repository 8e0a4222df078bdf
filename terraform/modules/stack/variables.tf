variable "environment" {
  description = "Environment of `platform.json` to provision"
  type        = string
}

variable "names" {
  description = "Path of another file of names (default: `terraform/platform.json`)"
  type        = string
  default     = null
}

variable "release" {
  description = "Release to run: a folder below the lake's `artifacts`"
  type        = string
}

variable "image" {
  description = "Version or digest (`sha256:…`) of the host's image"
  type        = string
}

variable "nat_gateway" {
  description = "Whether workers are in private subnets behind a NAT gateway"
  type        = bool
}

variable "cidr" {
  description = "CIDR block of the VPC"
  type        = string
  default     = "10.20.0.0/20"
}

variable "host_cpu" {
  description = "CPU units of the host; 1024 are one core"
  type        = number
  default     = 4096
}

variable "host_memory" {
  description = "Memory of the host in MiB"
  type        = number
  default     = 8192
}

variable "spark_workers" {
  description = "Workers of a Glue job, including the driver"
  type        = number
  default     = 5
}

variable "airflow_instance_type" {
  description = "Instance type of Airflow's machine"
  type        = string
  default     = "t3.large"
}

variable "workgroup_arn" {
  description = "Existing Redshift work group to use (default: create one)"
  type        = string
  default     = null

  validation {
    condition     = var.workgroup_arn == null || can(regex("^arn:[a-z-]+:redshift-serverless:", var.workgroup_arn))
    error_message = "`${coalesce(var.workgroup_arn, "null")}` is not the ARN of a Redshift Serverless work group; policies do not accept a name."
  }
}

variable "rpu_hours" {
  description = "Redshift RPU-hours per month, beyond which queries are refused"
  type        = number
  default     = 60
}

variable "emails" {
  description = "E-mail addresses that receive alarms"
  type        = list(string)
}

variable "budget_usd" {
  description = "Budget in US dollars a month; `null`: the account already has a budget"
  type        = number
}

variable "tags" {
  description = "Tags for all resources"
  type        = map(string)
  default     = {}
}
