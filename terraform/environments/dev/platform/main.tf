# Computing resources, which can be torn down and recreated. See docs/how-to/deploy.md.

locals {
  environment = "dev"
  region      = jsondecode(file("${path.module}/../../../platform.json")).environments[local.environment].region
}

provider "aws" {
  region = local.region

  default_tags {
    tags = { Project = "assay", Environment = local.environment, ManagedBy = "terraform/environments/dev/platform" }
  }
}

module "stack" {
  source = "../../../modules/stack"

  environment   = local.environment
  release       = var.release
  image         = var.image
  emails        = var.emails
  workgroup_arn = var.workgroup_arn

  # Cheap at rest: public addresses, to which nothing can connect, instead of a NAT gateway.
  nat_gateway   = false
  host_cpu      = 2048
  host_memory   = 4096
  spark_workers = 2
  rpu_hours     = 10
  budget_usd    = 120
}
