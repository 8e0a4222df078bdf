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
  description = "Existing Redshift work group to use (default: create one)"
  type        = string
  default     = null
}
