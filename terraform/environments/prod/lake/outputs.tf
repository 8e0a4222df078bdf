output "bucket" {
  description = "Name of the lake's bucket"
  value       = module.lake.bucket
}

output "key_arn" {
  description = "ARN of the KMS key for everything"
  value       = module.lake.key_arn
}
