# The wiring: names are the file's, the warehouse is made unless it is others'.

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
    error_message = "No warehouse is made."
  }

  assert {
    condition     = output.job_names.curate == jsondecode(file("../../platform.json")).jobs.curate
    error_message = "The job has another name than the file's."
  }
}

run "with_others_warehouse" {
  command = plan

  variables {
    workgroup_arn = "arn:aws:redshift-serverless:us-east-1:123456789012:workgroup/00000000-0000-0000-0000-000000000000"
  }

  assert {
    condition     = length(module.redshift) == 0 && output.warehouse_admin_secret_arn == null
    error_message = "A second warehouse is made."
  }
}

run "others_warehouse_by_name" {
  command = plan

  variables {
    workgroup_arn = "assay"
  }

  expect_failures = [var.workgroup_arn]
}
