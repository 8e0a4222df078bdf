# Every query has a scan limit, and users cannot choose where results go.

mock_provider "aws" {
  source          = "../../mocks"
  override_during = plan
}

variables {
  workgroup = "assay"
  bucket    = "assay-test-open-payments"
  results   = "metadata/query_results"
  key_arn   = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  database  = "op_curated"
  queries   = { by_year = "-- How much is paid a year?\nselect 1;\n" }
}

run "limits" {
  command = plan

  assert {
    condition     = aws_athena_workgroup.this.configuration[0].enforce_workgroup_configuration && aws_athena_workgroup.this.configuration[0].bytes_scanned_cutoff_per_query == 214748364800
    error_message = "Queries are not limited, or may bypass the limit."
  }

  assert {
    condition     = aws_athena_workgroup.this.configuration[0].result_configuration[0].encryption_configuration[0].encryption_option == "SSE_KMS"
    error_message = "Results are not encrypted with the key."
  }

  assert {
    condition     = aws_athena_named_query.this["by_year"].description == "How much is paid a year?"
    error_message = "The description of a query is not its first line."
  }
}

run "a_query_that_does_not_say_what_it_asks" {
  command = plan

  variables {
    queries = { by_year = "select 1" }
  }

  expect_failures = [var.queries]
}

run "no_limit" {
  command = plan

  variables {
    scan_limit_gib = 0
  }

  expect_failures = [var.scan_limit_gib]
}

run "results_at_the_top" {
  command = plan

  variables {
    results = "/"
  }

  expect_failures = [var.results]
}
