variable "name" {
  description = "Prefix of resource names"
  type        = string
}

variable "cidr" {
  description = "CIDR block of the VPC; each subnet is a sixteenth of it"
  type        = string
  default     = "10.20.0.0/20"

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && try(tonumber(split("/", var.cidr)[1]) >= 16 && tonumber(split("/", var.cidr)[1]) <= 22, false)
    error_message = "`${var.cidr}` is not a network of /16 to /22: subnets need at least 64 addresses, of which Redshift takes three times its RPUs."
  }
}

variable "nat_gateway" {
  description = "Whether workers are in private subnets behind a NAT gateway (33 USD a month at rest). Without one they have public addresses, to which nothing can connect"
  type        = bool
}

variable "logs_bucket_arn" {
  description = "ARN of the bucket for VPC flow logs, below `AWSLogs/`"
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:s3:::[a-z0-9.-]+$", var.logs_bucket_arn))
    error_message = "`${var.logs_bucket_arn}` is not the ARN of a bucket."
  }
}

variable "tags" {
  description = "Tags for all resources"
  type        = map(string)
  default     = {}
}
