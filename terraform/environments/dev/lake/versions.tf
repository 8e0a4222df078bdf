terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # The bucket differs by account: `terraform init -backend-config=bucket=…`. The lock is a file beside the state.
  backend "s3" {
    key          = "assay/dev/lake.tfstate"
    region       = "us-east-1"
    encrypt      = true
    use_lockfile = true
  }
}
