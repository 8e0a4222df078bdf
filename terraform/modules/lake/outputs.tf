output "bucket" {
  description = "Name of the lake's bucket"
  value       = aws_s3_bucket.this.id
}

output "bucket_arn" {
  description = "ARN of the lake's bucket"
  value       = aws_s3_bucket.this.arn
}

output "logs_bucket_arn" {
  description = "ARN of the bucket for access logs (`s3/`) and VPC flow logs (`AWSLogs/`)"
  value       = aws_s3_bucket.logs.arn
}

output "key_arn" {
  description = "ARN of the KMS key for everything"
  value       = aws_kms_key.this.arn
}

output "key_alias" {
  description = "Alias of that key: `alias/<bucket>`"
  value       = aws_kms_alias.this.name
}
