data "aws_region" "current" {}

# The newest Amazon Linux 2023 when the machine is created; a newer one does not replace it.
data "aws_ssm_parameter" "ami" {
  count = var.ami == null ? 1 : 0

  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
}

################################################################################
# Secret
################################################################################

# Its value is not set here: the machine generates the keys at its first start, so they appear in no state and no plan.
resource "aws_secretsmanager_secret" "this" {
  # checkov:skip=CKV2_AWS_57:A new Fernet key would make stored connections unreadable; a person rotates it, with both keys configured
  name                    = "${var.name}/airflow"
  description             = "Airflow's keys: `jwt_secret` (its own services), `fernet_key` (connections at rest)"
  kms_key_id              = var.key_arn
  recovery_window_in_days = var.secret_recovery_days
  tags                    = var.tags
}

################################################################################
# Log
################################################################################

resource "aws_cloudwatch_log_group" "this" {
  name              = var.log_group
  kms_key_id        = var.key_arn
  retention_in_days = var.log_days
  tags              = var.tags
}

################################################################################
# State: the database and the logs, which outlive the machine
################################################################################

resource "aws_ebs_volume" "state" {
  availability_zone = var.availability_zone
  type              = "gp3"
  size              = var.state_gib
  encrypted         = true
  kms_key_id        = var.key_arn
  tags              = merge(var.tags, { Name = "${var.name}-airflow-state" })
}

resource "aws_volume_attachment" "state" {
  device_name                    = "/dev/sdf"
  volume_id                      = aws_ebs_volume.state.id
  instance_id                    = aws_instance.this.id
  stop_instance_before_detaching = true
}

################################################################################
# Machine
################################################################################

resource "aws_instance" "this" {
  # checkov:skip=CKV_AWS_126:The machine mostly waits; five-minute metrics are enough
  ami                    = var.ami == null ? data.aws_ssm_parameter.ami[0].insecure_value : var.ami
  instance_type          = var.instance_type
  iam_instance_profile   = var.instance_profile
  subnet_id              = var.subnet_ids[0]
  vpc_security_group_ids = [var.security_group_id]
  ebs_optimized          = true
  # A new release, or new settings, means a new machine: nothing is patched in place.
  user_data_replace_on_change = true
  tags                        = merge(var.tags, { Name = "${var.name}-airflow" })

  user_data = templatefile("${path.module}/files/user-data.sh.tftpl", {
    bucket            = var.bucket
    artifacts         = var.artifacts
    release           = var.release
    region            = data.aws_region.current.name
    environment       = var.environment
    subnet_ids        = var.subnet_ids
    security_group_id = var.security_group_id
    assign_public_ip  = var.public_address ? "ENABLED" : "DISABLED"
    secret_arn        = aws_secretsmanager_secret.this.arn
    log_group         = aws_cloudwatch_log_group.this.name
    parallelism       = var.parallelism
    pool              = var.pool
    pool_slots        = var.pool_slots
  })

  root_block_device {
    volume_type = "gp3"
    volume_size = 30
    encrypted   = true
    kms_key_id  = var.key_arn
  }

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
    # 2, because a container on this machine is one hop further away.
    http_put_response_hop_limit = 2
    instance_metadata_tags      = "disabled"
  }

  lifecycle {
    ignore_changes = [ami]
  }
}
