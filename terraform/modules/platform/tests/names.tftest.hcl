# Names come only from platform.json.

variables {
  environment = "dev"
}

run "names_are_the_files" {
  command = plan

  assert {
    condition     = output.bucket == trimprefix(jsondecode(file("../../platform.json")).environments.dev.lake, "s3://")
    error_message = "The bucket differs from platform.json."
  }

  assert {
    condition     = output.prefixes.raw == jsondecode(file("../../platform.json")).lake.raw && output.jobs == jsondecode(file("../../platform.json")).jobs
    error_message = "Prefixes or jobs differ from platform.json."
  }
}

run "unknown_environment" {
  command = plan

  variables {
    environment = "staging"
  }

  expect_failures = [var.environment]
}

run "local_is_not_on_aws" {
  command = plan

  variables {
    environment = "local"
  }

  expect_failures = [var.environment]
}
