variable "name" {
  description = "What names of resources begin with"
  type        = string
}

variable "region" {
  description = "AWS region, for the dashboard"
  type        = string
}

variable "key_arn" {
  description = "ARN of the key that messages are encrypted with"
  type        = string
}

variable "metrics" {
  description = "CloudWatch's `namespace`, and the names of the numbers that the DAGs put into it: `failures`, `rejects`, `null_drift`, `age`"
  type        = object({ namespace = string, failures = string, rejects = string, null_drift = string, age = string })

  validation {
    condition     = !startswith(var.metrics.namespace, "AWS/")
    error_message = "`${var.metrics.namespace}` is AWS's own; nobody else may measure there."
  }
}

variable "airflow_log_group" {
  description = "Log group of Airflow, whose lines `FAILED year=…` the dashboard shows"
  type        = string
}

variable "host_log_group" {
  description = "Log group of the host"
  type        = string
}

variable "emails" {
  description = "Who is told; each must confirm a message first"
  type        = list(string)

  validation {
    condition     = alltrue([for one in var.emails : can(regex("^[^@ ]+@[^@ ]+[.][^@ ]+$", one))])
    error_message = "One of these is not an address: ${join(", ", var.emails)}."
  }
}

variable "most_rejected" {
  description = "Share of a year's records that may be held back without an alarm. Real years have under 0.01; the gate holds a year at 0.05"
  type        = number
  default     = 0.02

  validation {
    condition     = var.most_rejected > 0 && var.most_rejected < 0.05
    error_message = "`${var.most_rejected}` is not a share below 0.05, at which the gate holds the year anyway."
  }
}

variable "most_null_drift" {
  description = "Rise of a column's share of blanks, from one publication of a year to the next, that raises no alarm"
  type        = number
  default     = 0.05

  validation {
    condition     = var.most_null_drift > 0 && var.most_null_drift <= 1
    error_message = "`${var.most_null_drift}` is not a share."
  }
}

variable "oldest_days" {
  description = "Days that the newest publication may be old. There is one each June, and corrections each January"
  type        = number
  default     = 400

  validation {
    condition     = var.oldest_days >= 1
    error_message = "`${var.oldest_days}` is not a number of days."
  }
}

variable "budget_usd" {
  description = "US dollars a month: a message at 80 % spent, and when the forecast passes all of it. `null`: the account has a budget of its own"
  type        = number

  validation {
    condition     = var.budget_usd == null || coalesce(var.budget_usd, 1) > 0
    error_message = "A budget of `${coalesce(var.budget_usd, 0)}` USD is exceeded at once."
  }
}

variable "tags" {
  description = "Tags of all resources"
  type        = map(string)
  default     = {}
}
