# No inbound traffic; outbound traffic over TLS only.

mock_provider "aws" {
  source          = "../../mocks"
  override_during = plan
}

variables {
  name            = "assay"
  nat_gateway     = false
  logs_bucket_arn = "arn:aws:s3:::assay-test-open-payments-logs"
}

run "without_nat" {
  command = apply

  assert {
    condition     = length(aws_nat_gateway.this) == 0 && output.worker_subnet_ids == aws_subnet.public[*].id && output.workers_have_public_addresses
    error_message = "Workers without a NAT gateway are not in public subnets."
  }

  assert {
    condition     = length(output.warehouse_subnet_ids) == 3
    error_message = "Redshift does not have three zones."
  }

  assert {
    condition     = alltrue([for one in aws_vpc_security_group_egress_rule.tls : one.from_port == 443 && one.to_port == 443])
    error_message = "Outbound traffic other than TLS is allowed."
  }
}

run "with_nat" {
  command = apply

  variables {
    nat_gateway = true
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 1 && output.worker_subnet_ids == aws_subnet.private[*].id && !output.workers_have_public_addresses
    error_message = "Workers behind a NAT gateway are not in private subnets."
  }
}

run "too_small" {
  command = plan

  variables {
    cidr = "10.0.0.0/24"
  }

  expect_failures = [var.cidr]
}

run "a_name_is_no_bucket_arn" {
  command = plan

  variables {
    logs_bucket_arn = "assay-logs"
  }

  expect_failures = [var.logs_bucket_arn]
}
