data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  arn      = "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}"
  logs     = "${var.bucket}-logs"
  logs_arn = "${local.arn}-logs"
  account  = data.aws_caller_identity.current.account_id
  root     = "arn:${data.aws_partition.current.partition}:iam::${local.account}:root"

  # This tag tells whoever tears down the platform what stays, and why.
  tags = merge(var.tags, { Kept = "data that cannot be made again" })
}

################################################################################
# Key
################################################################################

# One key for everything the platform stores. Like the bucket it outlives the platform: without it the bucket is unreadable.
resource "aws_kms_key" "this" {
  description             = "Key for ${var.bucket} and everything the platform stores"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  tags                    = local.tags

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # Permissions are granted by the roles' policies.
        Sid       = "AccountDecides"
        Effect    = "Allow"
        Principal = { AWS = local.root }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "LogsOfThisAccount"
        Effect    = "Allow"
        Principal = { Service = "logs.${data.aws_region.current.name}.amazonaws.com" }
        Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:DescribeKey"]
        Resource  = "*"
        Condition = {
          ArnLike = {
            "kms:EncryptionContext:aws:logs:arn" = "arn:${data.aws_partition.current.partition}:logs:${data.aws_region.current.name}:${local.account}:*"
          }
        }
      },
      {
        Sid       = "AlarmsAndBudgetsToTopics"
        Effect    = "Allow"
        Principal = { Service = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"] }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      },
    ]
  })

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.bucket}"
  target_key_id = aws_kms_key.this.key_id
}

################################################################################
# Bucket
################################################################################

resource "aws_s3_bucket" "this" {
  # checkov:skip=CKV_AWS_144:The publisher keeps the raw files, and everything else is derived from them; a second region would double the cost of storage
  # checkov:skip=CKV2_AWS_62:Nothing is triggered by events; DAGs start on a schedule and when something is published
  bucket = var.bucket
  tags   = local.tags

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    # Without a bucket key, each object would cost a request to KMS.
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.this.arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_logging" "this" {
  bucket        = aws_s3_bucket.this.id
  target_bucket = aws_s3_bucket.logs.id
  target_prefix = "s3/"

  # S3 checks whether it may write there.
  depends_on = [aws_s3_bucket_policy.logs]
}

################################################################################
# Policy: raw is immutable, manifests are conditional
################################################################################

# Denials apply to everybody, including administrators and the account's root user, until this policy is changed.
resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyByTls"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "s3:*"
        Resource  = [local.arn, "${local.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        # A request that creates an object must require that none exists. Parts of an upload create none; its
        # completion does. CopyObject cannot require it, and is refused: files land by PUT.
        Sid       = "RawIsOnlyCreated"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "s3:PutObject"
        Resource  = "${local.arn}/${var.prefixes.raw}/*"
        Condition = {
          Null = { "s3:if-none-match" = "true" }
          Bool = { "s3:ObjectCreationOperation" = "true" }
        }
      },
      {
        Sid       = "RawIsNeverDeleted"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
        Resource  = "${local.arn}/${var.prefixes.raw}/*"
      },
      {
        # A commit is create-only, or swaps what was read. The host decides which; a request with neither is a mistake.
        Sid       = "CommitsAreConditional"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "s3:PutObject"
        Resource  = "${local.arn}/${var.prefixes.validated}/*/_commit/*"
        Condition = {
          Null = { "s3:if-none-match" = "true", "s3:if-match" = "true" }
          Bool = { "s3:ObjectCreationOperation" = "true" }
        }
      },
      {
        Sid       = "CommitsAreNeverDeleted"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
        Resource  = "${local.arn}/${var.prefixes.validated}/*/_commit/*"
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.this]
}

################################################################################
# Lifecycle
################################################################################

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    # Killed runs and landings leave parts that no reader sees, but that cost money.
    id     = "unfinished-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 3
    }
  }

  rule {
    # A year is read when it lands and when rules change; files are larger than the 128 KB from which this pays.
    id     = "raw-cools"
    status = "Enabled"

    filter {
      prefix = "${var.prefixes.raw}/"
    }

    transition {
      days          = var.raw_cools_after_days
      storage_class = "STANDARD_IA"
    }
  }

  # Files that attempts removed, and files that Iceberg no longer names: kept for a while to undo a mistake. Not for raw, whose
  # objects have only one version.
  dynamic "rule" {
    for_each = toset([
      var.prefixes.validated, var.prefixes.rejected, var.prefixes.curated, var.prefixes.audit,
      var.prefixes.schema_versions, var.prefixes.artifacts,
    ])

    content {
      id     = "old-versions-${replace(rule.value, "/", "-")}"
      status = "Enabled"

      filter {
        prefix = "${rule.value}/"
      }

      noncurrent_version_expiration {
        noncurrent_days = var.old_versions_days
      }

      expiration {
        expired_object_delete_marker = true
      }
    }
  }

  # Data that can be regenerated at any time.
  dynamic "rule" {
    for_each = {
      (var.prefixes.query_results)  = var.query_results_days
      (var.prefixes.copy_manifests) = var.copy_manifests_days
      (var.prefixes.reports)        = var.reports_days
    }

    content {
      id     = "expire-${replace(rule.key, "/", "-")}"
      status = "Enabled"

      filter {
        prefix = "${rule.key}/"
      }

      expiration {
        days = rule.value
      }

      noncurrent_version_expiration {
        noncurrent_days = 1
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

################################################################################
# Access logs
################################################################################

resource "aws_s3_bucket" "logs" {
  # checkov:skip=CKV_AWS_144:Access logs are not worth a second region
  # checkov:skip=CKV2_AWS_62:Nothing waits for a log
  # checkov:skip=CKV_AWS_21:A log is written once; only S3 and VPC may write
  # checkov:skip=CKV_AWS_145:S3 delivers access logs only to buckets encrypted with its own keys
  bucket = local.logs
  tags   = local.tags

  lifecycle {
    prevent_destroy = true
  }
}

# S3 delivers logs only to buckets that it encrypts with its own keys.
resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "logs" {
  bucket                  = aws_s3_bucket.logs.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = var.access_logs_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 3
    }
  }
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "OnlyByTls"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "s3:*"
        Resource  = [local.logs_arn, "${local.logs_arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "LogsOfTheLake"
        Effect    = "Allow"
        Principal = { Service = "logging.s3.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${local.logs_arn}/s3/*"
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account }
          ArnLike      = { "aws:SourceArn" = local.arn }
        }
      },
      {
        Sid       = "FlowsOfTheNetwork"
        Effect    = "Allow"
        Principal = { Service = "delivery.logs.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${local.logs_arn}/AWSLogs/*"
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      },
      {
        Sid       = "FlowsLookFirst"
        Effect    = "Allow"
        Principal = { Service = "delivery.logs.amazonaws.com" }
        Action    = "s3:GetBucketAcl"
        Resource  = local.logs_arn
        Condition = { StringEquals = { "aws:SourceAccount" = local.account } }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.logs]
}
