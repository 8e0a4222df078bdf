variable "release" {
  description = "Release to run: a folder below the lake's `artifacts`"
  type        = string
}

variable "image" {
  description = "Version or digest (`sha256:…`) of the host's image"
  type        = string
}

variable "emails" {
  description = "E-mail addresses that receive alarms"
  type        = list(string)
}

variable "workgroup_arn" {
  description = "Existing Redshift work group to use (default: create one)"
  type        = string
  default     = null
}
