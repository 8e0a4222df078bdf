variable "image" {
  description = "Repository of the host's image"
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]+([._-][a-z0-9]+)*$", var.image))
    error_message = "`${var.image}` is not the name of a repository."
  }
}

variable "plugins" {
  description = "Published plugins; each has the repository `<image>/plugins/<plugin>`"
  type        = list(string)
  default     = ["checks", "open-payments"]
}

variable "key_arn" {
  description = "ARN of the KMS key for images"
  type        = string
}

variable "keep_images" {
  description = "Number of images that a repository keeps for rollbacks"
  type        = number
  default     = 20

  validation {
    condition     = var.keep_images >= 2
    error_message = "A rollback needs the previous image: at least 2 are required; `${var.keep_images}` was given."
  }
}

variable "tags" {
  description = "Tags for all resources"
  type        = map(string)
  default     = {}
}
