# The machine cannot be reached, has no secrets before it starts, and is replaced rather than patched.

mock_provider "aws" {
  source          = "../../mocks"
  override_during = plan
}

variables {
  name              = "assay"
  environment       = "dev"
  bucket            = "assay-test-open-payments"
  artifacts         = "artifacts"
  release           = "0.1.0"
  instance_profile  = "assay-airflow"
  subnet_ids        = ["subnet-1", "subnet-2"]
  availability_zone = "us-east-1a"
  security_group_id = "sg-1"
  public_address    = true
  key_arn           = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  log_group         = "/assay/airflow"
  pool              = "assay_host"
}

run "machine" {
  command = plan

  assert {
    condition     = aws_instance.this.metadata_options[0].http_tokens == "required" && aws_instance.this.metadata_options[0].http_put_response_hop_limit == 2
    error_message = "The machine's credentials are available without a token, or not available in containers."
  }

  assert {
    condition     = aws_instance.this.root_block_device[0].encrypted && aws_ebs_volume.state.encrypted
    error_message = "A volume is not encrypted."
  }

  assert {
    condition     = aws_instance.this.user_data_replace_on_change && length(aws_instance.this.user_data) < 16384
    error_message = "A new release does not replace the machine, or its user data exceeds EC2's 16 KiB."
  }

  assert {
    condition     = strcontains(aws_instance.this.user_data, "--host 127.0.0.1") && !strcontains(aws_instance.this.user_data, "0.0.0.0")
    error_message = "The console does not listen on loopback only."
  }

  assert {
    condition     = strcontains(aws_instance.this.user_data, "s3://assay-test-open-payments/artifacts/0.1.0") && strcontains(aws_instance.this.user_data, "ASSAY_ENVIRONMENT=dev")
    error_message = "The machine installs the wrong release, or gets the wrong environment."
  }
}

run "too_small" {
  command = plan

  variables {
    instance_type = "t3.micro"
  }

  expect_failures = [var.instance_type]
}

run "arm" {
  command = plan

  variables {
    instance_type = "t4g.large"
  }

  expect_failures = [var.instance_type]
}

run "not_an_image" {
  command = plan

  variables {
    ami = "latest"
  }

  expect_failures = [var.ami]
}

run "fewer_tasks_than_hosts" {
  command = plan

  variables {
    parallelism = 2
  }

  expect_failures = [var.parallelism]
}

run "five_days_of_recovery" {
  command = plan

  variables {
    secret_recovery_days = 5
  }

  expect_failures = [var.secret_recovery_days]
}

run "a_release_is_a_folder" {
  command = plan

  variables {
    release = "../other"
  }

  expect_failures = [var.release]
}

run "no_subnet" {
  command = plan

  variables {
    subnet_ids = []
  }

  expect_failures = [var.subnet_ids]
}

run "no_slots" {
  command = plan

  variables {
    pool_slots = 0
  }

  expect_failures = [var.pool_slots]
}

run "a_volume_of_one_gib" {
  command = plan

  variables {
    state_gib = 1
  }

  expect_failures = [var.state_gib]
}
