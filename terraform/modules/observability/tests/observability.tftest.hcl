# Every alarm tells somebody, and silence is told where it means that nobody measures.

mock_provider "aws" {
  source          = "../../mocks"
  override_during = plan
}

variables {
  name              = "assay"
  region            = "us-east-1"
  key_arn           = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  metric_namespace  = "Assay"
  airflow_log_group = "/assay/airflow"
  host_log_group    = "/assay/host"
  emails            = ["data@example.org"]
  budget_usd        = 100
}

run "alarms" {
  command = plan

  variables {
    measured = true
  }

  assert {
    condition     = alltrue([for one in aws_cloudwatch_metric_alarm.this : length(one.alarm_actions) == 1 && length(one.alarm_description) > 40])
    error_message = "An alarm tells nobody, or does not say what to do."
  }

  assert {
    condition     = toset([for one in aws_cloudwatch_metric_alarm.this : one.metric_name]) == toset(["DagFailures", "RejectShare", "NullDrift", "PublicationAgeDays"])
    error_message = "Alarms are not those of failures, rejects, drift and freshness."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["freshness"].treat_missing_data == "breaching"
    error_message = "When nobody measures, nobody is told."
  }
}

run "unmeasured" {
  command = plan

  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.this) == ["dag-failure"]
    error_message = "An alarm waits for numbers that nobody gives."
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
    metric_namespace = "AWS/S3"
  }

  expect_failures = [var.metric_namespace]
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
