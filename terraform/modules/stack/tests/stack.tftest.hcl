# The wiring: names come from platform.json, and a warehouse is created unless an existing one is given.

mock_provider "aws" {
  source          = "../../mocks"
  override_during = plan
}

variables {
  environment = "dev"
  release     = "0.1.0"
  image       = "0.1.0"
  nat_gateway = false
  emails      = ["data@example.org"]
  budget_usd  = 100
}

run "with_a_warehouse" {
  command = plan

  assert {
    condition     = length(module.redshift) == 1
    error_message = "No warehouse is created."
  }

  assert {
    condition     = output.job_names.curate == jsondecode(file("../../platform.json")).jobs.curate
    error_message = "The job's name differs from platform.json."
  }
}

run "with_others_warehouse" {
  command = plan

  variables {
    workgroup_arn = "arn:aws:redshift-serverless:us-east-1:123456789012:workgroup/00000000-0000-0000-0000-000000000000"
  }

  assert {
    condition     = length(module.redshift) == 0 && output.warehouse_admin_secret_arn == null
    error_message = "A second warehouse is created."
  }
}

run "others_warehouse_by_name" {
  command = plan

  variables {
    workgroup_arn = "assay"
  }

  expect_failures = [var.workgroup_arn]
}
