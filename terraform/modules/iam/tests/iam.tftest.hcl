# Roles have the names in platform.json and the trust they need. `terraform/checks` compares their permissions with a table.

mock_provider "aws" {
  source          = "../../mocks"
  override_during = plan
}

variables {
  name   = "assay"
  bucket = "assay-test-open-payments"
  prefixes = {
    raw             = "raw"
    validated       = "staging/validated"
    rejected        = "staging/rejected"
    audit           = "metadata/ingestion_audit"
    schema_versions = "metadata/schema_versions"
    copy_manifests  = "metadata/copy_manifests"
    query_results   = "metadata/query_results"
    curated         = "curated"
    artifacts       = "artifacts"
    reports         = "metadata/airflow"
  }
  key_arn          = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  databases        = { staging = "op_staging", curated = "op_curated" }
  host             = { cluster = "assay", task_definition = "assay-host", image = "assay" }
  jobs             = { curate = "assay-curate", maintain = "assay-maintain" }
  spark_roles      = { curate = "assay-curate", maintain = "assay-maintain" }
  copy_role        = "assay-copy"
  query_workgroup  = "assay"
  workgroup_arn    = "arn:aws:redshift-serverless:us-east-1:123456789012:workgroup/00000000-0000-0000-0000-000000000000"
  secret_arn       = "arn:aws:secretsmanager:us-east-1:123456789012:secret:assay-AbCdEf"
  log_groups       = { host = "/assay/host", airflow = "/assay/airflow" }
  metric_namespace = "Assay"
}

run "roles" {
  command = plan

  assert {
    condition     = aws_iam_role.this["spark"].name == "assay-curate" && aws_iam_role.this["maintain"].name == "assay-maintain" && aws_iam_role.this["copy"].name == "assay-copy"
    error_message = "The roles' names differ from platform.json."
  }

  assert {
    condition = alltrue([
      for role, one in aws_iam_role.this :
      jsondecode(one.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012"
      if !contains(["airflow", "query", "gc"], role)
    ])
    error_message = "A service may act on behalf of other accounts' resources."
  }

  assert {
    condition = alltrue(flatten([
      for role, one in aws_iam_role_policy.this : [
        for statement in jsondecode(one.policy).Statement : [
          for action in statement.Action : !strcontains(action, "*")
        ]
      ]
    ]))
    error_message = "A permission is granted by a wildcard."
  }
}

run "a_job_by_wildcard" {
  command = plan

  variables {
    jobs = { curate = "assay-curate", maintain = "*" }
  }

  expect_failures = [var.jobs]
}

run "an_alias_is_no_key" {
  command = plan

  variables {
    key_arn = "alias/assay"
  }

  expect_failures = [var.key_arn]
}

run "all_workgroups" {
  command = plan

  variables {
    workgroup_arn = "*"
  }

  expect_failures = [var.workgroup_arn]
}

run "an_empty_prefix_is_the_whole_bucket" {
  command = plan

  variables {
    prefixes = {
      raw           = "", validated = "v", rejected = "r", audit = "a", schema_versions = "s", copy_manifests = "c"
      query_results = "q", curated = "k", artifacts = "f", reports = "p"
    }
  }

  expect_failures = [var.prefixes]
}

run "every_task" {
  command = plan

  variables {
    host = { cluster = "assay", task_definition = "*", image = "assay" }
  }

  expect_failures = [var.host]
}

run "every_secret" {
  command = plan

  variables {
    secret_arn = "*"
  }

  expect_failures = [var.secret_arn]
}

run "upper_case" {
  command = plan

  variables {
    name = "Assay"
  }

  expect_failures = [var.name]
}
