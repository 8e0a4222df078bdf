################################################################################
# Work group
################################################################################

resource "aws_athena_workgroup" "this" {
  name        = var.workgroup
  description = "Queries over staging and curated: validation and analysis"
  # The query history is deleted with it.
  force_destroy = true
  tags          = var.tags

  configuration {
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = var.scan_limit_gib * 1024 * 1024 * 1024

    engine_version {
      selected_engine_version = "Athena engine version 3"
    }

    result_configuration {
      output_location = "s3://${var.bucket}/${var.results}/"

      encryption_configuration {
        encryption_option = "SSE_KMS"
        kms_key_arn       = var.key_arn
      }
    }
  }
}

################################################################################
# Named queries
################################################################################

resource "aws_athena_named_query" "this" {
  for_each = var.queries

  name        = each.key
  description = trimspace(trimprefix(split("\n", each.value)[0], "--"))
  workgroup   = aws_athena_workgroup.this.id
  database    = var.database
  query       = each.value
}
