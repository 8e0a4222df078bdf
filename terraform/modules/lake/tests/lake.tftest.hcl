# Raw data cannot be changed or lost, nothing is public, and everything is encrypted.

mock_provider "aws" {
  source          = "../../mocks"
  override_during = plan
}

variables {
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
}

run "raw_is_immutable" {
  command = plan

  assert {
    condition = anytrue([
      for one in jsondecode(aws_s3_bucket_policy.this.policy).Statement :
      one.Effect == "Deny" && one.Principal.AWS == "*" && try(contains(one.Action, "s3:DeleteObjectVersion"), false)
      && one.Resource == "arn:aws:s3:::assay-test-open-payments/raw/*" && !can(one.Condition)
    ])
    error_message = "Raw data can be deleted."
  }

  assert {
    condition = anytrue([
      for one in jsondecode(aws_s3_bucket_policy.this.policy).Statement :
      one.Effect == "Deny" && one.Action == "s3:PutObject" && one.Resource == "arn:aws:s3:::assay-test-open-payments/raw/*"
      && try(one.Condition.Null["s3:if-none-match"], "") == "true"
    ])
    error_message = "Raw data can be overwritten."
  }
}

run "nothing_is_public_or_plain" {
  command = plan

  assert {
    condition = alltrue([
      for one in [aws_s3_bucket_public_access_block.this, aws_s3_bucket_public_access_block.logs] :
      one.block_public_acls && one.block_public_policy && one.ignore_public_acls && one.restrict_public_buckets
    ])
    error_message = "Public access is not blocked."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms"
    error_message = "The lake is not encrypted with its key."
  }

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled" && aws_kms_key.this.enable_key_rotation
    error_message = "The lake is not versioned, or its key does not rotate."
  }

  assert {
    condition     = can(aws_s3_bucket.this.tags.Kept) && can(aws_kms_key.this.tags.Kept) && can(aws_s3_bucket.logs.tags.Kept)
    error_message = "Resources that outlive the platform are not tagged `Kept`."
  }
}

run "dots_break_tls" {
  command = plan

  variables {
    bucket = "assay.open.payments"
  }

  expect_failures = [var.bucket]
}

run "slashes_at_ends" {
  command = plan

  variables {
    prefixes = {
      raw           = "raw/", validated = "v", rejected = "r", audit = "a", schema_versions = "s", copy_manifests = "c"
      query_results = "q", curated = "k", artifacts = "f", reports = "p"
    }
  }

  expect_failures = [var.prefixes]
}

run "raw_within_another" {
  command = plan

  variables {
    prefixes = {
      raw           = "data/raw", validated = "data", rejected = "r", audit = "a", schema_versions = "s", copy_manifests = "c"
      query_results = "q", curated = "k", artifacts = "f", reports = "p"
    }
  }

  expect_failures = [var.prefixes]
}

run "too_early_for_infrequent_access" {
  command = plan

  variables {
    raw_cools_after_days = 7
  }

  expect_failures = [var.raw_cools_after_days]
}

run "a_mistake_is_found_within_days" {
  command = plan

  variables {
    old_versions_days = 1
  }

  expect_failures = [var.old_versions_days]
}
