# Every alarm notifies somebody and uses a metric of the DAGs; missing data is an alarm where it means that nothing is measured.

mock_provider "aws" {
  source          = "../../mocks"
  override_during = plan
}

variables {
  name              = "assay"
  region            = "us-east-1"
  key_arn           = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  metrics           = { namespace = "Assay", failures = "DagFailures", rejects = "RejectShare", null_drift = "NullDrift", age = "PublicationAgeDays" }
  airflow_log_group = "/assay/airflow"
  host_log_group    = "/assay/host"
  emails            = ["data@example.org"]
  budget_usd        = 100
}

run "alarms" {
  command = plan

  assert {
    condition     = alltrue([for one in aws_cloudwatch_metric_alarm.this : length(one.alarm_actions) == 1 && length(one.alarm_description) > 40])
    error_message = "An alarm notifies nobody, or does not say what to do."
  }

  assert {
    condition     = toset([for one in aws_cloudwatch_metric_alarm.this : one.metric_name]) == toset([for number, name in var.metrics : name if number != "namespace"])
    error_message = "The alarms are not exactly those for failures, rejects, drift and freshness."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["freshness"].treat_missing_data == "breaching"
    error_message = "Missing data on freshness raises no alarm."
  }
}

run "not_an_address" {
  command = plan

  variables {
    emails = ["nobody"]
  }

  expect_failures = [var.emails]
}

run "above_the_gate" {
  command = plan

  variables {
    most_rejected = 0.1
  }

  expect_failures = [var.most_rejected]
}

run "no_budget" {
  command = plan

  variables {
    budget_usd = 0
  }

  expect_failures = [var.budget_usd]
}

run "amazons_namespace" {
  command = plan

  variables {
    metrics = { namespace = "AWS/S3", failures = "f", rejects = "r", null_drift = "n", age = "a" }
  }

  expect_failures = [var.metrics]
}

run "more_than_all" {
  command = plan

  variables {
    most_null_drift = 2
  }

  expect_failures = [var.most_null_drift]
}

run "no_days" {
  command = plan

  variables {
    oldest_days = 0
  }

  expect_failures = [var.oldest_days]
}
