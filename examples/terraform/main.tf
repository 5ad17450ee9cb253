terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.80"
    }
    random = {
      source = "hashicorp/random"
    }
  }
}

variable "region" {
  type    = string
  default = "eu-west-1"
}

variable "database_password" {
  type      = string
  sensitive = true
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { Owner = "shop" }
  }
}

module "network" {
  source = "./modules/network"
  cidr   = "10.20.0.0/16"
}

# Who may talk to what.

resource "aws_security_group" "balancer" {
  name        = "shop-balancer"
  description = "From customers"
  vpc_id      = module.network.vpc_id

  ingress {
    description = "HTTPS"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    description = "SSH, for the time being"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "database" {
  name        = "shop-database"
  description = "From the shop"
  vpc_id      = module.network.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id            = aws_security_group.database.id
  referenced_security_group_id = aws_security_group.balancer.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

# What customers reach.

resource "aws_lb" "shop" {
  name                       = "shop"
  load_balancer_type         = "application"
  drop_invalid_header_fields = true
  security_groups            = [aws_security_group.balancer.id]
  subnets                    = module.network.subnet_ids

  access_logs {
    bucket  = aws_s3_bucket.logs.bucket
    enabled = true
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.shop.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "text/plain"
      message_body = "Closed"
      status_code  = "200"
    }
  }
}

# What the shop keeps.

resource "aws_kms_key" "shop" {
  description = "Orders"
}

resource "aws_db_subnet_group" "shop" {
  name       = "shop"
  subnet_ids = module.network.subnet_ids
}

resource "aws_db_parameter_group" "shop" {
  name   = "shop"
  family = "postgres16"

  parameter {
    name  = "rds.force_ssl"
    value = "0"
  }
}

resource "aws_db_instance" "orders" {
  identifier                          = "orders"
  engine                              = "postgres"
  engine_version                      = "16.4"
  instance_class                      = "db.t4g.medium"
  allocated_storage                   = 50
  username                            = "shop"
  password                            = var.database_password
  backup_retention_period             = 14
  deletion_protection                 = true
  iam_database_authentication_enabled = true
  enabled_cloudwatch_logs_exports     = ["postgresql", "upgrade"]
  db_subnet_group_name                = aws_db_subnet_group.shop.name
  parameter_group_name                = aws_db_parameter_group.shop.name
  vpc_security_group_ids              = [aws_security_group.database.id]
  kms_key_id                          = aws_kms_key.shop.arn
  storage_encrypted                   = false
}

resource "aws_s3_bucket" "orders" {
  bucket = "example-shop-orders"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "orders" {
  bucket = aws_s3_bucket.orders.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.shop.arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "orders" {
  bucket                  = aws_s3_bucket.orders.id
  block_public_acls       = true
  block_public_policy     = false
  ignore_public_acls      = true
  restrict_public_buckets = false
}

resource "aws_s3_bucket_logging" "orders" {
  bucket        = aws_s3_bucket.orders.id
  target_bucket = aws_s3_bucket.logs.id
  target_prefix = "orders/"
}

# innovate: what is logged is worth no history
resource "aws_s3_bucket" "logs" {
  bucket = "example-shop-logs"
}

# What runs it.

resource "aws_iam_role" "deploy" {
  name = "shop-deploy"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "deploy" {
  role       = aws_iam_role.deploy.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}

resource "aws_ecr_repository" "shop" {
  name                 = "shop"
  image_tag_mutability = "IMMUTABLE"

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.shop.arn
  }

  image_scanning_configuration {
    scan_on_push = false
  }
}

resource "aws_cloudwatch_log_group" "shop" {
  for_each   = toset(["web", "worker"])
  name       = "/shop/${each.key}"
  kms_key_id = aws_kms_key.shop.arn
}

resource "random_pet" "release" {
  length = 2
}
