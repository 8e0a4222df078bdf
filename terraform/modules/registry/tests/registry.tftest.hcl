# Tags never move, and a rollback has something to go back to.

mock_provider "aws" {
  source          = "../../mocks"
  override_during = plan
}

variables {
  image   = "assay"
  key_arn = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000"
}

run "repositories" {
  command = plan

  assert {
    condition     = toset(keys(aws_ecr_repository.this)) == toset(["assay", "assay/plugins/checks", "assay/plugins/open-payments"])
    error_message = "The repositories are not exactly those for the image and the plugins."
  }

  assert {
    condition     = alltrue([for one in aws_ecr_repository.this : one.image_tag_mutability == "IMMUTABLE" && one.image_scanning_configuration[0].scan_on_push])
    error_message = "A tag can move, or images are not scanned."
  }
}

run "nothing_to_go_back_to" {
  command = plan

  variables {
    keep_images = 1
  }

  expect_failures = [var.keep_images]
}

run "an_address_is_no_repository" {
  command = plan

  variables {
    image = "assay:latest"
  }

  expect_failures = [var.image]
}
