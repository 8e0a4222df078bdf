# Everything that outlives the platform: the lake, its key, its access logs. See docs/how-to/deploy.md.

locals {
  environment = "prod"
  region      = jsondecode(file("${path.module}/../../../platform.json")).environments[local.environment].region
}

provider "aws" {
  region = local.region

  default_tags {
    tags = { Project = "assay", Environment = local.environment, ManagedBy = "terraform/environments/prod/lake" }
  }
}

module "platform" {
  source = "../../../modules/platform"

  environment = local.environment
}

module "lake" {
  source = "../../../modules/lake"

  bucket   = module.platform.bucket
  prefixes = module.platform.prefixes
}
