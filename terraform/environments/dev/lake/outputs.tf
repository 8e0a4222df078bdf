output "bucket" {
  description = "Name of the lake's bucket"
  value       = module.lake.bucket
}

output "key_arn" {
  description = "ARN of the key that everything is encrypted with"
  value       = module.lake.key_arn
}
