output "image_url" {
  description = "URL of the image's repository, without a tag"
  value       = aws_ecr_repository.this[var.image].repository_url
}

output "plugin_urls" {
  description = "URLs of the plugins' repositories, by plugin"
  value       = { for one in var.plugins : one => aws_ecr_repository.this["${var.image}/plugins/${one}"].repository_url }
}
