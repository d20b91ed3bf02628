resource "aws_security_group" "redis" {
  name        = format(local.name, "redis-sg")
  description = "Redis from inside the VPC"
  vpc_id      = aws_vpc.this.id
  tags        = { Name = format(local.name, "redis-sg") }

  ingress {
    protocol    = "tcp"
    from_port   = 6379
    to_port     = 6379
    cidr_blocks = [aws_vpc.this.cidr_block]
  }

  # What AWS gives a new security group, and Terraform would take away.
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_elasticache_subnet_group" "this" {
  name        = format(local.name, "redis-subnets")
  description = "Private subnets of iot-${terraform.workspace}"
  subnet_ids  = aws_subnet.private[*].id
  tags        = { Name = format(local.name, "redis-subnets") }
}

resource "aws_elasticache_replication_group" "this" {
  replication_group_id       = format(local.name, "redis")
  description                = "Cache of iot-${terraform.workspace}"
  engine                     = "redis"
  engine_version             = "7.0"
  node_type                  = "cache.t3.micro"
  num_cache_clusters         = 2
  automatic_failover_enabled = true
  multi_az_enabled           = true
  port                       = 6379
  parameter_group_name       = "default.redis7"
  subnet_group_name          = aws_elasticache_subnet_group.this.name
  security_group_ids         = [aws_security_group.redis.id]
  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  tags                       = { Name = format(local.name, "redis") }
}
