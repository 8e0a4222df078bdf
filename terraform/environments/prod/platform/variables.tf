variable "release" {
  description = "Release that runs: a folder below the lake's `artifacts`"
  type        = string
}

variable "image" {
  description = "Version or digest (`sha256:…`) of the host's image"
  type        = string
}

variable "emails" {
  description = "Who is told of alarms"
  type        = list(string)
}

variable "workgroup_arn" {
  description = "Redshift work group that is there already, made by others (default: one is made)"
  type        = string
  default     = null
}
