resource "aws_secretsmanager_secret" "this" {
  name                    = format(local.name, "aurora-password")
  description             = "Connection to the Aurora cluster iot-aurora-${terraform.workspace}"
  recovery_window_in_days = 0
  tags                    = { Name = format(local.name, "aurora-password") }
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id = aws_secretsmanager_secret.this.id
  secret_string = jsonencode({
    username = "iotadmin"
    password = var.password
    engine   = "postgres"
    host     = aws_rds_cluster.this.endpoint
    port     = 5432
    dbname   = "iotdb"
  })
}

resource "aws_security_group" "aurora" {
  name        = format(local.name, "aurora-sg")
  description = "PostgreSQL from inside the VPC"
  vpc_id      = aws_vpc.this.id
  tags        = { Name = format(local.name, "aurora-sg") }

  ingress {
    protocol    = "tcp"
    from_port   = 5432
    to_port     = 5432
    cidr_blocks = [aws_vpc.this.cidr_block]
  }

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_db_subnet_group" "this" {
  name        = format(local.name, "aurora-subnets")
  description = "Private subnets of iot-${terraform.workspace}"
  subnet_ids  = aws_subnet.private[*].id
  tags        = { Name = format(local.name, "aurora-subnets") }
}

resource "aws_rds_cluster" "this" {
  cluster_identifier      = format(local.name, "aurora")
  engine                  = "aurora-postgresql"
  engine_mode             = "provisioned"
  engine_version          = "16"
  database_name           = "iotdb"
  master_username         = "iotadmin"
  master_password         = var.password
  port                    = 5432
  db_subnet_group_name    = aws_db_subnet_group.this.name
  vpc_security_group_ids  = [aws_security_group.aurora.id]
  storage_encrypted       = true
  enable_http_endpoint    = true
  backup_retention_period = 1
  skip_final_snapshot     = true
  tags                    = { Name = format(local.name, "aurora") }

  serverlessv2_scaling_configuration {
    min_capacity = 0.5
    max_capacity = 1.0
  }
}

resource "aws_rds_cluster_instance" "this" {
  count                = 2
  identifier           = format(local.name, "aurora-${count.index + 1}")
  cluster_identifier   = aws_rds_cluster.this.id
  engine               = aws_rds_cluster.this.engine
  instance_class       = "db.serverless"
  db_subnet_group_name = aws_db_subnet_group.this.name
  publicly_accessible  = false
  tags                 = { Name = format(local.name, "aurora-${count.index + 1}") }
}
