# The warehouse is private and encrypted, and its cost is limited.

mock_provider "aws" {
  source          = "../../mocks"
  override_during = plan
}

variables {
  workgroup          = "assay"
  database           = "openpayments"
  copy_role_arn      = "arn:aws:iam::123456789012:role/assay-copy"
  key_arn            = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  subnet_ids         = ["subnet-1", "subnet-2", "subnet-3"]
  security_group_ids = ["sg-1"]
}

run "private_and_limited" {
  command = plan

  assert {
    condition     = !aws_redshiftserverless_workgroup.this.publicly_accessible && aws_redshiftserverless_workgroup.this.enhanced_vpc_routing
    error_message = "The warehouse is public, or its traffic bypasses the VPC."
  }

  assert {
    condition     = aws_redshiftserverless_workgroup.this.base_capacity == 4 && aws_redshiftserverless_usage_limit.this.breach_action == "deactivate" && aws_redshiftserverless_usage_limit.this.amount == 60
    error_message = "The base capacity is above the minimum, or the cost is not limited."
  }

  assert {
    condition     = aws_redshiftserverless_namespace.this.manage_admin_password && aws_redshiftserverless_namespace.this.kms_key_id == var.key_arn
    error_message = "The password is not managed by AWS, or tables are not encrypted with the key."
  }

  assert {
    condition     = aws_redshiftserverless_namespace.this.iam_roles == toset([var.copy_role_arn])
    error_message = "The warehouse has roles other than the one for COPY."
  }
}

run "two_zones" {
  command = plan

  variables {
    subnet_ids = ["subnet-1", "subnet-2"]
  }

  expect_failures = [var.subnet_ids]
}

run "six_rpus" {
  command = plan

  variables {
    base_rpus = 6
  }

  expect_failures = [var.base_rpus]
}

run "less_than_it_begins_with" {
  command = plan

  variables {
    base_rpus = 16
    max_rpus  = 8
  }

  expect_failures = [var.max_rpus]
}

run "without_limit" {
  command = plan

  variables {
    rpu_hours = 0
  }

  expect_failures = [var.rpu_hours]
}

run "upper_case" {
  command = plan

  variables {
    workgroup = "Assay"
  }

  expect_failures = [var.workgroup]
}
