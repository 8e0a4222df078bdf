# Computing resources, which can be torn down and recreated. See docs/how-to/deploy.md.

locals {
  environment = "prod"
  region      = jsondecode(file("${path.module}/../../../platform.json")).environments[local.environment].region
}

provider "aws" {
  region = local.region

  default_tags {
    tags = { Project = "assay", Environment = local.environment, ManagedBy = "terraform/environments/prod/platform" }
  }
}

module "stack" {
  source = "../../../modules/stack"

  environment   = local.environment
  release       = var.release
  image         = var.image
  emails        = var.emails
  workgroup_arn = var.workgroup_arn

  nat_gateway   = true
  host_cpu      = 4096
  host_memory   = 8192
  spark_workers = 5
  rpu_hours     = 60
  budget_usd    = 300
}
