variable "name" {
  description = "Prefix of resource names"
  type        = string
}

variable "region" {
  description = "AWS region, for the dashboard"
  type        = string
}

variable "key_arn" {
  description = "ARN of the KMS key for messages"
  type        = string
}

variable "metrics" {
  description = "CloudWatch `namespace`, and the names of the metrics that the DAGs send to it: `failures`, `rejects`, `null_drift`, `age`"
  type        = object({ namespace = string, failures = string, rejects = string, null_drift = string, age = string })

  validation {
    condition     = !startswith(var.metrics.namespace, "AWS/")
    error_message = "`${var.metrics.namespace}` is reserved for AWS; custom metrics need another namespace."
  }
}

variable "airflow_log_group" {
  description = "Log group of Airflow; the dashboard shows its lines `FAILED year=…`"
  type        = string
}

variable "host_log_group" {
  description = "Log group of the host"
  type        = string
}

variable "emails" {
  description = "E-mail addresses that receive alarms; each recipient must first confirm a message"
  type        = list(string)

  validation {
    condition     = alltrue([for one in var.emails : can(regex("^[^@ ]+@[^@ ]+[.][^@ ]+$", one))])
    error_message = "One of these is not an address: ${join(", ", var.emails)}."
  }
}

variable "most_rejected" {
  description = "Share of a year's records that may be held back without an alarm. Real years are below 0.01; the gate holds a year at 0.05"
  type        = number
  default     = 0.02

  validation {
    condition     = var.most_rejected > 0 && var.most_rejected < 0.05
    error_message = "`${var.most_rejected}` is not a share below 0.05, at which the gate holds the year anyway."
  }
}

variable "most_null_drift" {
  description = "Rise of a column's share of blanks, from one publication of a year to the next, above which the alarm is raised"
  type        = number
  default     = 0.05

  validation {
    condition     = var.most_null_drift > 0 && var.most_null_drift <= 1
    error_message = "`${var.most_null_drift}` is not a share."
  }
}

variable "oldest_days" {
  description = "Maximum age of the newest publication in days. There is one each June, and corrections each January"
  type        = number
  default     = 400

  validation {
    condition     = var.oldest_days >= 1
    error_message = "`${var.oldest_days}` is not a number of days."
  }
}

variable "budget_usd" {
  description = "Budget in US dollars a month: a message is sent at 80 % spent, and when the forecast exceeds it. `null`: the account already has a budget"
  type        = number

  validation {
    condition     = var.budget_usd == null || coalesce(var.budget_usd, 1) > 0
    error_message = "A budget of `${coalesce(var.budget_usd, 0)}` USD would be exceeded at once."
  }
}

variable "tags" {
  description = "Tags for all resources"
  type        = map(string)
  default     = {}
}
