terraform {
  # 1.11: mocks that know their values while planning, write-only arguments, S3 locks by lock file.
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}
