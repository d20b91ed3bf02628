# The stack of this collection, resource by resource, as one would write it for Terraform: names, tags, sizes and settings
# are those of the roles' defaults. The workspace is the environment.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "region" {
  type    = string
  default = "ca-central-1"
}

# Made by the runner, so that Terraform need not start a second provider to make it.
variable "password" {
  type      = string
  sensitive = true
}

# Terraform sends an empty value where none is given, and the emulator, unlike AWS, takes that for one that is too short.
variable "api_key" {
  type      = string
  sensitive = true
}

variable "rate_limit" {
  description = "Requests a second for each client."
  type        = number
  default     = 200
}

# Credentials and endpoint come from the environment. The provider makes no calls of its own before the stack's.
provider "aws" {
  region                      = var.region
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true

  default_tags {
    tags = {
      Environment = terraform.workspace
      Project     = "IoT-Sensor-Processing"
      ManagedBy   = "Terraform"
    }
  }
}

locals {
  name = "iot-%s-${terraform.workspace}"
}
