# Only Airflow retries, each job runs once at a time, and no tables are created.

mock_provider "aws" {
  source          = "../../mocks"
  override_during = plan
}

variables {
  environment = "dev"
  bucket      = "assay-test-open-payments"
  prefixes    = { validated = "staging/validated", curated = "curated", artifacts = "artifacts" }
  databases   = { staging = "op_staging", curated = "op_curated" }
  jobs        = { curate = "assay-curate", maintain = "assay-maintain" }
  role_arns   = { curate = "arn:aws:iam::123456789012:role/assay-curate", maintain = "arn:aws:iam::123456789012:role/assay-maintain" }
  key_arn     = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  release     = "0.1.0"
}

run "jobs" {
  command = plan

  assert {
    condition     = alltrue([for one in aws_glue_job.this : one.max_retries == 0 && one.execution_property[0].max_concurrent_runs == 1])
    error_message = "Glue retries although Airflow does, or a job can run twice at the same time."
  }

  assert {
    condition     = aws_glue_job.this["curate"].name == "assay-curate" && aws_glue_job.this["curate"].glue_version == "5.1"
    error_message = "The job's name differs from platform.json, or its Spark version from the tests'."
  }

  assert {
    condition     = startswith(aws_glue_job.this["curate"].command[0].script_location, "s3://assay-test-open-payments/artifacts/0.1.0/")
    error_message = "The script is not from the release."
  }
}

run "who_maintains_curates_nothing" {
  command = plan

  assert {
    condition     = { for job, one in aws_glue_job.this : job => one.role_arn if job != "migrate" } == var.role_arns
    error_message = "A job has another job's role."
  }

  assert {
    condition     = aws_glue_job.this["maintain"].name == "assay-maintain" && endswith(aws_glue_job.this["maintain"].command[0].script_location, "/maintain.py")
    error_message = "The job's name differs from platform.json, or it runs the wrong script."
  }

  assert {
    condition     = !contains(keys(aws_glue_job.this["maintain"].default_arguments), "--delete")
    error_message = "The job deletes by default."
  }
}

run "upper_case_database" {
  command = plan

  variables {
    databases = { staging = "OP-Staging", curated = "op_curated" }
  }

  expect_failures = [var.databases]
}

run "a_driver_alone" {
  command = plan

  variables {
    workers = 1
  }

  expect_failures = [var.workers]
}

run "unknown_worker" {
  command = plan

  variables {
    worker_type = "Standard"
  }

  expect_failures = [var.worker_type]
}

run "a_release_is_a_folder" {
  command = plan

  variables {
    release = "../other"
  }

  expect_failures = [var.release]
}

run "an_hour_is_not_a_day" {
  command = plan

  variables {
    timeout = 2880
  }

  expect_failures = [var.timeout]
}
