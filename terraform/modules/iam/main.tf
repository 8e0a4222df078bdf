data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  partition = data.aws_partition.current.partition
  account   = data.aws_caller_identity.current.account_id
  region    = data.aws_region.current.name
  here      = "${local.region}:${local.account}"

  bucket  = "arn:${local.partition}:s3:::${var.bucket}"
  objects = { for use, prefix in var.prefixes : use => "${local.bucket}/${prefix}/*" }
  # Iceberg's layout: a table has `metadata/` and `data/`.
  snapshots = "${local.bucket}/${var.prefixes.curated}/*/metadata/*"
  # The host's: files below `attempt=` belong to one attempt; manifests are elsewhere, below `_commit/`.
  attempts  = [for use in ["validated", "rejected"] : "${local.bucket}/${var.prefixes[use]}/*/run=*/attempt=*/*"]
  manifests = "${local.bucket}/${var.prefixes.validated}/*/_commit/manifest.json"

  roles = {
    host      = "${var.name}-host"
    execution = "${var.name}-execution"
    spark     = var.spark_roles.curate
    maintain  = var.spark_roles.maintain
    copy      = var.copy_role
    airflow   = "${var.name}-airflow"
    query     = "${var.name}-query"
    gc        = "${var.name}-gc"
  }
  role_arns = { for role, name in local.roles : role => "arn:${local.partition}:iam::${local.account}:role/${name}" }

  catalog  = "arn:${local.partition}:glue:${local.here}:catalog"
  staging  = { database = "arn:${local.partition}:glue:${local.here}:database/${var.databases.staging}", tables = "arn:${local.partition}:glue:${local.here}:table/${var.databases.staging}/*" }
  curated  = { database = "arn:${local.partition}:glue:${local.here}:database/${var.databases.curated}", tables = "arn:${local.partition}:glue:${local.here}:table/${var.databases.curated}/*" }
  cluster  = "arn:${local.partition}:ecs:${local.here}:cluster/${var.host.cluster}"
  tasks    = "arn:${local.partition}:ecs:${local.here}:task/${var.host.cluster}/*"
  log_arn  = "arn:${local.partition}:logs:${local.here}:log-group"
  metrics  = { StringEquals = { "cloudwatch:namespace" = var.metric_namespace } }
  read_key = { Sid = "ReadWhatIsEncrypted", Effect = "Allow", Action = ["kms:Decrypt"], Resource = var.key_arn }
  use_key  = { Sid = "ReadAndWriteWhatIsEncrypted", Effect = "Allow", Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = var.key_arn }

  log_of_jobs = {
    Sid      = "WriteLogs"
    Effect   = "Allow"
    Action   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:AssociateKmsKey"]
    Resource = "${local.log_arn}:/aws-glue/jobs/*"
  }
  measure_jobs = { Sid = "Measure", Effect = "Allow", Action = ["cloudwatch:PutMetricData"], Resource = "*", Condition = { StringEquals = { "cloudwatch:namespace" = "Glue" } } }

  # Without it S3 answers 403 instead of 404 for a missing object. It reveals names of objects, not contents. A condition on
  # `s3:prefix` would bring back the 403: a request to read an object has no prefix.
  tell_missing_from_forbidden = { Sid = "TellMissingFromForbidden", Effect = "Allow", Action = ["s3:ListBucket"], Resource = local.bucket }
}

################################################################################
# Trust policies
################################################################################

locals {
  # A service may act only for this account's resources, so no other account can use a role through it.
  this_account = { StringEquals = { "aws:SourceAccount" = local.account } }
  # Everyone with `sts:AssumeRole` on the role in this account: people, and their scheduled jobs.
  people = { AWS = "arn:${local.partition}:iam::${local.account}:root" }

  trusted = {
    host      = { principal = { Service = "ecs-tasks.amazonaws.com" }, condition = local.this_account }
    execution = { principal = { Service = "ecs-tasks.amazonaws.com" }, condition = local.this_account }
    spark     = { principal = { Service = "glue.amazonaws.com" }, condition = local.this_account }
    maintain  = { principal = { Service = "glue.amazonaws.com" }, condition = local.this_account }
    copy      = { principal = { Service = ["redshift.amazonaws.com", "redshift-serverless.amazonaws.com"] }, condition = local.this_account }
    # EC2 sends no source account: an instance gets a role through its profile, which `iam:PassRole` protects.
    airflow = { principal = { Service = "ec2.amazonaws.com" }, condition = null }
    query   = { principal = local.people, condition = null }
    gc      = { principal = local.people, condition = null }
  }
}

################################################################################
# The host: reads raw, writes staging and metadata
################################################################################

locals {
  host = [
    { Sid = "ReadRaw", Effect = "Allow", Action = ["s3:GetObject", "s3:GetObjectVersion"], Resource = local.objects.raw },
    {
      Sid      = "PublishAndLookBack"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject"]
      Resource = [for use in ["validated", "rejected", "audit", "schema_versions"] : local.objects[use]]
    },
    { Sid = "Report", Effect = "Allow", Action = ["s3:PutObject"], Resource = local.objects.reports },
    {
      Sid      = "TakeBackOwnFiles"
      Effect   = "Allow"
      Action   = ["s3:DeleteObject", "s3:AbortMultipartUpload"]
      Resource = [local.objects.validated, local.objects.rejected]
    },
    local.tell_missing_from_forbidden,
    local.use_key,
  ]

  # For ECS itself, before a task runs: it has none of the task's permissions, and the task has none of these.
  execution = [
    { Sid = "LogIn", Effect = "Allow", Action = ["ecr:GetAuthorizationToken"], Resource = "*" },
    {
      Sid      = "PullTheImage"
      Effect   = "Allow"
      Action   = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Resource = "arn:${local.partition}:ecr:${local.here}:repository/${var.host.image}"
    },
    {
      Sid      = "WriteLogs"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${local.log_arn}:${var.log_groups.host}:*"
    },
  ]
}

################################################################################
# Spark: reads validated, writes curated
################################################################################

locals {
  spark = [
    {
      Sid      = "ReadWhatTheHostPublished"
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = [local.objects.validated, local.objects.audit, local.objects.artifacts]
    },
    {
      # Iceberg removes the files of a failed commit.
      Sid      = "WriteTables"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
      Resource = local.objects.curated
    },
    { Sid = "Report", Effect = "Allow", Action = ["s3:PutObject"], Resource = local.objects.reports },
    local.tell_missing_from_forbidden,
    {
      Sid      = "CommitTables"
      Effect   = "Allow"
      Action   = ["glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:CreateTable", "glue:UpdateTable"]
      Resource = [local.catalog, local.curated.database, local.curated.tables]
    },
    local.log_of_jobs,
    local.measure_jobs,
    local.use_key,
  ]
}

################################################################################
# Maintenance: removes files that the curated tables no longer name, and nothing else
################################################################################

locals {
  maintain = [
    { Sid = "ReadTheProgram", Effect = "Allow", Action = ["s3:GetObject"], Resource = local.objects.artifacts },
    {
      # Metadata says which files are named. Data is neither read nor written.
      Sid      = "ReadAndCommitMetadata"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject"]
      Resource = local.snapshots
    },
    { Sid = "RemoveWhatNobodyReads", Effect = "Allow", Action = ["s3:DeleteObject"], Resource = local.objects.curated },
    { Sid = "Report", Effect = "Allow", Action = ["s3:PutObject"], Resource = local.objects.reports },
    local.tell_missing_from_forbidden,
    {
      Sid      = "CommitTables"
      Effect   = "Allow"
      Action   = ["glue:GetDatabase", "glue:GetTable", "glue:UpdateTable"]
      Resource = [local.catalog, local.curated.database, local.curated.tables]
    },
    local.log_of_jobs,
    local.measure_jobs,
    local.use_key,
  ]
}

################################################################################
# Redshift: reads curated, and the manifests that select files from it
################################################################################

locals {
  copy = [
    { Sid = "ReadWhatIsLoaded", Effect = "Allow", Action = ["s3:GetObject"], Resource = [local.objects.curated, local.objects.copy_manifests] },
    local.tell_missing_from_forbidden,
    local.read_key,
  ]
}

################################################################################
# Airflow: lands, registers, starts exactly these jobs, passes exactly these roles
################################################################################

locals {
  airflow = concat(
    [
      {
        # The bucket policy lets nobody overwrite or delete landed files.
        Sid      = "Land"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"]
        Resource = local.objects.raw
      },
      {
        Sid      = "ReadManifestsAndReports"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = [for use in ["validated", "audit", "reports", "artifacts"] : local.objects[use]]
      },
      {
        # Snapshots, not data: they list the files that a load copies.
        Sid      = "ReadSnapshots"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = local.snapshots
      },
      { Sid = "SayWhatIsLoaded", Effect = "Allow", Action = ["s3:PutObject"], Resource = local.objects.copy_manifests },
      local.tell_missing_from_forbidden,
      {
        Sid    = "Register"
        Effect = "Allow"
        Action = [
          "glue:GetDatabase", "glue:GetTable", "glue:CreateTable", "glue:UpdateTable",
          "glue:GetPartition", "glue:GetPartitions", "glue:CreatePartition", "glue:UpdatePartition", "glue:DeletePartition",
        ]
        Resource = [local.catalog, local.staging.database, local.staging.tables]
      },
      {
        Sid      = "FindSnapshots"
        Effect   = "Allow"
        Action   = ["glue:GetDatabase", "glue:GetTable"]
        Resource = [local.catalog, local.curated.database, local.curated.tables]
      },
      {
        Sid       = "RunTheHost"
        Effect    = "Allow"
        Action    = ["ecs:RunTask"]
        Resource  = "arn:${local.partition}:ecs:${local.here}:task-definition/${var.host.task_definition}:*"
        Condition = { ArnEquals = { "ecs:cluster" = local.cluster } }
      },
      {
        # After a worker was killed, the next try looks for the ECS task it left running. The call names no task.
        Sid       = "FindTheHost"
        Effect    = "Allow"
        Action    = ["ecs:ListTasks"]
        Resource  = "*"
        Condition = { ArnEquals = { "ecs:cluster" = local.cluster } }
      },
      { Sid = "FollowTheHost", Effect = "Allow", Action = ["ecs:DescribeTasks", "ecs:StopTask"], Resource = local.tasks },
      {
        Sid       = "GiveTheHostItsRoles"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = [local.role_arns.host, local.role_arns.execution]
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
      {
        Sid      = "CurateAndMaintain"
        Effect   = "Allow"
        Action   = ["glue:StartJobRun", "glue:GetJobRun", "glue:BatchStopJobRun"]
        Resource = [for job in values(var.jobs) : "arn:${local.partition}:glue:${local.here}:job/${job}"]
      },
      {
        Sid      = "Load"
        Effect   = "Allow"
        Action   = ["redshift-data:BatchExecuteStatement", "redshift-serverless:GetCredentials"]
        Resource = var.workgroup_arn
      },
      {
        # These calls name a statement, not a work group; only its originator can see a statement.
        Sid       = "FollowOwnLoads"
        Effect    = "Allow"
        Action    = ["redshift-data:DescribeStatement", "redshift-data:GetStatementResult", "redshift-data:CancelStatement"]
        Resource  = "*"
        Condition = { StringEquals = { "redshift-data:statement-owner-iam-userid" = "$${aws:userid}" } }
      },
      {
        # The machine generates the keys at its first start.
        Sid      = "KeepOwnSecret"
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"]
        Resource = var.secret_arn
      },
      { Sid = "Measure", Effect = "Allow", Action = ["cloudwatch:PutMetricData"], Resource = "*", Condition = local.metrics },
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
        Resource = "${local.log_arn}:${var.log_groups.airflow}:*"
      },
      {
        # Session Manager instead of SSH: the permissions its agent needs, without the parameter store.
        Sid    = "BeReachedBySessionManager"
        Effect = "Allow"
        Action = [
          "ssm:UpdateInstanceInformation",
          "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
          "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
        ]
        Resource = "*"
      },
      local.use_key,
    ],
  )
}

################################################################################
# People: query staging and curated with Athena
################################################################################

locals {
  query = [
    {
      Sid    = "Query"
      Effect = "Allow"
      Action = [
        "athena:StartQueryExecution", "athena:StopQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults",
        "athena:GetWorkGroup", "athena:GetNamedQuery", "athena:ListNamedQueries",
      ]
      Resource = "arn:${local.partition}:athena:${local.here}:workgroup/${var.query_workgroup}"
    },
    {
      Sid      = "ReadTables"
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = [for use in ["validated", "rejected", "audit", "curated"] : local.objects[use]]
    },
    { Sid = "KeepResults", Effect = "Allow", Action = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"], Resource = local.objects.query_results },
    local.tell_missing_from_forbidden,
    { Sid = "FindTheBucket", Effect = "Allow", Action = ["s3:GetBucketLocation"], Resource = local.bucket },
    {
      Sid      = "FindTables"
      Effect   = "Allow"
      Action   = ["glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition"]
      Resource = [local.catalog, local.staging.database, local.staging.tables, local.curated.database, local.curated.tables]
    },
    local.use_key,
  ]
}

################################################################################
# `assay gc`: removes files of attempts that no manifest names
################################################################################

# For people, not Airflow: no run waits for it, and it shows what would be removed before anything is deleted.
locals {
  gc = [
    {
      # For the whole bucket: a condition on `s3:prefix` would turn the 404 of a missing manifest into a 403, and S3 has none
      # for uploads.
      Sid      = "FindWhatIsThere"
      Effect   = "Allow"
      Action   = ["s3:ListBucket", "s3:ListBucketMultipartUploads"]
      Resource = local.bucket
    },
    # They list what is published and what was refused. No record is read.
    { Sid = "ReadManifestsAndAudits", Effect = "Allow", Action = ["s3:GetObject"], Resource = [local.manifests, local.objects.audit] },
    # Old versions stay until the bucket's lifecycle removes them, so a mistake can be undone.
    { Sid = "RemoveAttempts", Effect = "Allow", Action = ["s3:DeleteObject"], Resource = local.attempts },
    {
      # Whoever began them: it looks through these, and would stop at the first that it may not abort.
      Sid      = "AbortUploads"
      Effect   = "Allow"
      Action   = ["s3:AbortMultipartUpload"]
      Resource = [for use in ["validated", "rejected", "audit", "schema_versions"] : local.objects[use]]
    },
    local.read_key,
  ]
}

################################################################################
# Roles
################################################################################

locals {
  statements = {
    host      = local.host
    execution = local.execution
    spark     = local.spark
    maintain  = local.maintain
    copy      = local.copy
    airflow   = local.airflow
    query     = local.query
    gc        = local.gc
  }
}

resource "aws_iam_role" "this" {
  for_each = local.roles

  name        = each.value
  description = var.descriptions[each.key]
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [merge(
      { Effect = "Allow", Principal = local.trusted[each.key].principal, Action = "sts:AssumeRole" },
      local.trusted[each.key].condition == null ? {} : { Condition = local.trusted[each.key].condition },
    )]
  })
}

# Inline: the policy is used by nothing else, and is deleted with its role.
resource "aws_iam_role_policy" "this" {
  for_each = local.roles

  name   = "rights"
  role   = aws_iam_role.this[each.key].id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements[each.key] })
}

resource "aws_iam_instance_profile" "airflow" {
  name = local.roles.airflow
  role = aws_iam_role.this["airflow"].name
  tags = var.tags
}
