variable "image" {
  description = "Repository of the host's image"
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]+([._-][a-z0-9]+)*$", var.image))
    error_message = "`${var.image}` is not the name of a repository."
  }
}

variable "plugins" {
  description = "Plugins that are published; each has the repository `<image>/plugins/<plugin>`"
  type        = list(string)
  default     = ["checks", "open-payments"]
}

variable "key_arn" {
  description = "ARN of the key that images are encrypted with"
  type        = string
}

variable "keep_images" {
  description = "Number of images that a repository keeps, and a rollback can go back to"
  type        = number
  default     = 20

  validation {
    condition     = var.keep_images >= 2
    error_message = "A rollback needs the image before the newest: keep at least 2, not `${var.keep_images}`."
  }
}

variable "tags" {
  description = "Tags of all resources"
  type        = map(string)
  default     = {}
}
