################################################################################
# Repositories
################################################################################

resource "aws_ecr_repository" "this" {
  for_each = toset(concat([var.image], [for one in var.plugins : "${var.image}/plugins/${one}"]))

  name = each.value
  # A digest or a version always names the same image.
  image_tag_mutability = "IMMUTABLE"
  # Images and plugins can be rebuilt, byte for byte; the teardown deletes them.
  force_delete = true
  tags         = var.tags

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = var.key_arn
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  for_each = aws_ecr_repository.this

  repository = each.value.name

  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "The newest ${var.keep_images}"
      selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = var.keep_images }
      action       = { type = "expire" }
    }]
  })
}
