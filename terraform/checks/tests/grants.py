"""Everything that each role may do. Whoever widens a policy must widen this table too, where a reviewer sees it."""

from assay_terraform.rights import ANYTHING, Grant, Table

VALIDATED = ("validated", "beside validated attempts", "manifest", "newest")
REJECTED = ("rejected", "beside rejected attempts")
CURATED = ("curated data", "curated snapshot")
# Names only, not contents: without it S3 can't answer that an object is missing.
NAMES = Grant("s3:ListBucket", ("bucket",))
READ_KEY = Grant("kms:Decrypt", ("key",))
USE_KEY = Grant("kms:Decrypt GenerateDataKey", ("key",))

GRANTS: Table = {
    "host": [
        Grant("s3:GetObject GetObjectVersion", ("raw",)),
        Grant("s3:GetObject PutObject", (*VALIDATED, *REJECTED, "audit", "schema version")),
        Grant("s3:PutObject", ("report",)),
        # For manifests, the bucket policy denies it: see BUCKET.
        Grant("s3:DeleteObject AbortMultipartUpload", (*VALIDATED, *REJECTED)),
        NAMES,
        USE_KEY,
    ],
    "execution": [
        Grant("ecr:GetAuthorizationToken", ANYTHING),
        Grant("ecr:BatchGetImage GetDownloadUrlForLayer", ("image",)),
        Grant("logs:CreateLogStream PutLogEvents", ("log of the host",)),
    ],
    "spark": [
        Grant("s3:GetObject", (*VALIDATED, "audit", "artifact")),
        Grant("s3:GetObject PutObject DeleteObject AbortMultipartUpload", CURATED),
        Grant("s3:PutObject", ("report",)),
        Grant("glue:GetDatabase GetTable GetTables CreateTable UpdateTable", ("catalog", "curated", "curated table")),
        Grant("logs:CreateLogGroup CreateLogStream PutLogEvents AssociateKmsKey", ("log of a job",)),
        Grant("cloudwatch:PutMetricData", ANYTHING, ("Glue's numbers",)),
        NAMES,
        USE_KEY,
    ],
    # It reads and writes no rows, and removes files only in curated/.
    "maintain": [
        Grant("s3:GetObject", ("artifact",)),
        Grant("s3:GetObject PutObject", ("curated snapshot",)),
        Grant("s3:DeleteObject", CURATED),
        Grant("s3:PutObject", ("report",)),
        Grant("glue:GetDatabase GetTable UpdateTable", ("catalog", "curated", "curated table")),
        Grant("logs:CreateLogGroup CreateLogStream PutLogEvents AssociateKmsKey", ("log of a job",)),
        Grant("cloudwatch:PutMetricData", ANYTHING, ("Glue's numbers",)),
        NAMES,
        USE_KEY,
    ],
    "copy": [Grant("s3:GetObject", (*CURATED, "copy manifest")), NAMES, READ_KEY],
    "airflow": [
        Grant("s3:GetObject PutObject AbortMultipartUpload", ("raw",)),
        Grant("s3:GetObject", (*VALIDATED, "audit", "report", "artifact", "curated snapshot")),
        Grant("s3:PutObject", ("copy manifest",)),
        Grant("glue:GetDatabase GetTable", ("catalog", "staging", "staging table", "curated", "curated table")),
        Grant(
            "glue:CreateTable UpdateTable GetPartition GetPartitions CreatePartition UpdatePartition DeletePartition",
            ("catalog", "staging", "staging table"),
        ),
        # Exactly this task and these jobs, with exactly these roles.
        Grant("ecs:RunTask", ("task definition",), ("on our cluster",)),
        Grant("ecs:DescribeTasks StopTask", ("task",)),
        Grant("ecs:ListTasks", ANYTHING, ("on our cluster",)),
        Grant("iam:PassRole", ("role host", "role execution"), ("for ECS",)),
        Grant("glue:StartJobRun GetJobRun BatchStopJobRun", ("job", "job maintain")),
        Grant("redshift-data:BatchExecuteStatement", ("warehouse",)),
        Grant("redshift-serverless:GetCredentials", ("warehouse",)),
        Grant("redshift-data:DescribeStatement GetStatementResult CancelStatement", ANYTHING, ("own statement",)),
        Grant("secretsmanager:GetSecretValue PutSecretValue", ("secret",)),
        Grant("cloudwatch:PutMetricData", ANYTHING, ("our numbers",)),
        Grant("logs:CreateLogStream PutLogEvents DescribeLogStreams", ("log of Airflow",)),
        Grant("ssm:UpdateInstanceInformation", ANYTHING),
        Grant("ssmmessages:CreateControlChannel CreateDataChannel OpenControlChannel OpenDataChannel", ANYTHING),
        NAMES,
        USE_KEY,
    ],
    "query": [
        Grant(
            "athena:StartQueryExecution StopQueryExecution GetQueryExecution GetQueryResults GetWorkGroup "
            "GetNamedQuery ListNamedQueries",
            ("query workgroup",),
        ),
        Grant("s3:GetObject", (*VALIDATED, *REJECTED, "audit", *CURATED)),
        Grant("s3:GetObject PutObject AbortMultipartUpload", ("query result",)),
        Grant("s3:GetBucketLocation", ("bucket",)),
        Grant(
            "glue:GetDatabase GetTable GetTables GetPartition GetPartitions BatchGetPartition",
            ("catalog", "staging", "staging table", "curated", "curated table"),
        ),
        NAMES,
        USE_KEY,
    ],
    # It deletes files of attempts, but neither manifests nor audit records. It reads no data.
    "gc": [
        Grant("s3:ListBucket ListBucketMultipartUploads", ("bucket",)),
        Grant("s3:GetObject", ("manifest", "audit")),
        Grant("s3:DeleteObject", ("validated", "rejected")),
        Grant("s3:AbortMultipartUpload", (*VALIDATED, *REJECTED, "audit", "schema version")),
        READ_KEY,
    ],
}

TLS = {"aws:SecureTransport": "true"}
CREATES = {**TLS, "s3:ObjectCreationOperation": "true"}
IF_ABSENT = {**CREATES, "s3:if-none-match": "*"}
IF_SAME = {**CREATES, "s3:if-match": '"0"'}
A_PART = {**TLS, "s3:ObjectCreationOperation": "false"}

# With the bucket policy: role, action, resource, context, and whether it is allowed. `anybody` has policies that allow
# everything, like an administrator.
BUCKET: list[tuple[str, str, str, dict[str, str], bool]] = [
    # Raw is create-only.
    ("airflow", "s3:PutObject", "raw", IF_ABSENT, True),
    ("airflow", "s3:PutObject", "raw", A_PART, True),
    ("airflow", "s3:PutObject", "raw", CREATES, False),
    ("airflow", "s3:PutObject", "raw", IF_SAME, False),
    ("anybody", "s3:PutObject", "raw", IF_ABSENT, True),
    ("anybody", "s3:PutObject", "raw", CREATES, False),
    ("anybody", "s3:DeleteObject", "raw", TLS, False),
    ("anybody", "s3:DeleteObjectVersion", "raw", TLS, False),
    ("host", "s3:DeleteObject", "raw", TLS, False),
    ("host", "s3:PutObject", "raw", IF_ABSENT, False),
    ("host", "s3:GetObject", "raw", TLS, True),
    ("host", "s3:GetObject", "raw", {"aws:SecureTransport": "false"}, False),
    ("anybody", "s3:GetObject", "raw", {"aws:SecureTransport": "false"}, False),
    ("anybody", "s3:ListBucket", "bucket", {"aws:SecureTransport": "false"}, False),
    ("host", "s3:GetObject", "curated data", TLS, False),
    # Commits are create-only, or compare-and-swap.
    ("host", "s3:PutObject", "manifest", IF_ABSENT, True),
    ("host", "s3:PutObject", "manifest", IF_SAME, True),
    ("host", "s3:PutObject", "manifest", CREATES, False),
    ("host", "s3:PutObject", "manifest", A_PART, True),
    ("host", "s3:PutObject", "newest", CREATES, False),
    ("anybody", "s3:PutObject", "newest", CREATES, False),
    # Neither the host nor `assay gc` deletes one: gc removes files of attempts only.
    ("host", "s3:DeleteObject", "manifest", TLS, False),
    ("anybody", "s3:DeleteObject", "manifest", TLS, False),
    ("anybody", "s3:DeleteObjectVersion", "newest", TLS, False),
    # Parts of a run, and tables, are unrestricted for their writers.
    ("host", "s3:PutObject", "validated", CREATES, True),
    ("host", "s3:DeleteObject", "validated", TLS, True),
    ("host", "s3:DeleteObject", "rejected", TLS, True),
    ("spark", "s3:PutObject", "curated data", CREATES, True),
    ("anybody", "s3:DeleteObjectVersion", "curated data", TLS, True),
    ("maintain", "s3:DeleteObject", "curated data", TLS, True),
    ("maintain", "s3:DeleteObject", "raw", TLS, False),
    ("maintain", "s3:DeleteObject", "validated", TLS, False),
    ("maintain", "s3:DeleteObject", "manifest", TLS, False),
    ("maintain", "s3:DeleteObject", "audit", TLS, False),
    ("maintain", "s3:DeleteObject", "report", TLS, False),
    ("maintain", "s3:PutObject", "curated data", CREATES, False),
    ("gc", "s3:ListBucketMultipartUploads", "bucket", TLS, True),
    ("gc", "s3:GetObject", "manifest", TLS, True),
    ("gc", "s3:GetObject", "validated", TLS, False),
    ("gc", "s3:GetObject", "raw", TLS, False),
    ("gc", "s3:DeleteObject", "validated", TLS, True),
    ("gc", "s3:DeleteObject", "rejected", TLS, True),
    ("gc", "s3:DeleteObject", "beside validated attempts", TLS, False),
    ("gc", "s3:DeleteObject", "manifest", TLS, False),
    ("gc", "s3:DeleteObject", "newest", TLS, False),
    ("gc", "s3:DeleteObject", "audit", TLS, False),
    ("gc", "s3:DeleteObject", "schema version", TLS, False),
    ("gc", "s3:DeleteObject", "raw", TLS, False),
    ("gc", "s3:DeleteObject", "curated data", TLS, False),
    ("gc", "s3:AbortMultipartUpload", "validated", TLS, True),
    ("gc", "s3:AbortMultipartUpload", "raw", TLS, False),
    ("gc", "s3:AbortMultipartUpload", "query result", TLS, False),
    ("gc", "s3:DeleteObjectVersion", "validated", TLS, False),
    ("gc", "s3:PutObject", "validated", CREATES, False),
]
