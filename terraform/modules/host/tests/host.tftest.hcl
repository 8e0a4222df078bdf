# The host can write only to a temporary folder in its container.

mock_provider "aws" {
  source          = "../../mocks"
  override_during = plan
}

variables {
  cluster            = "assay"
  task_definition    = "assay-host"
  container          = "assay"
  image              = "123456789012.dkr.ecr.us-east-1.amazonaws.com/assay:0.1.0"
  task_role_arn      = "arn:aws:iam::123456789012:role/assay-host"
  execution_role_arn = "arn:aws:iam::123456789012:role/assay-execution"
  log_group          = "/assay/host"
  key_arn            = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
}

run "closed" {
  command = plan

  assert {
    condition = alltrue([
      for one in jsondecode(aws_ecs_task_definition.this.container_definitions) :
      one.readonlyRootFilesystem && one.user == "10001:10001" && [for mount in one.mountPoints : mount.containerPath] == ["/tmp"]
    ])
    error_message = "The container runs as root, or can write outside /tmp."
  }

  assert {
    condition     = aws_ecs_task_definition.this.task_role_arn != aws_ecs_task_definition.this.execution_role_arn
    error_message = "The host has the permissions that ECS needs to start it."
  }
}

run "latest" {
  command = plan

  variables {
    image = "assay:latest"
  }

  expect_failures = [var.image]
}

run "half_a_core" {
  command = plan

  variables {
    cpu    = 512
    memory = 1024
  }

  expect_failures = [var.cpu]
}

run "too_little_memory" {
  command = plan

  variables {
    memory = 4096
  }

  expect_failures = [var.memory]
}

run "too_little_disk" {
  command = plan

  variables {
    disk = 20
  }

  expect_failures = [var.disk]
}

run "a_thousand_days" {
  command = plan

  variables {
    log_days = 1000
  }

  expect_failures = [var.log_days]
}
