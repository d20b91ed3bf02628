output "vpc_id" {
  value = aws_vpc.this.id
}

output "redis_endpoint" {
  value = aws_elasticache_replication_group.this.primary_endpoint_address
}

output "redis_reader_endpoint" {
  value = aws_elasticache_replication_group.this.reader_endpoint_address
}

output "aurora_endpoint" {
  value = aws_rds_cluster.this.endpoint
}

output "aurora_reader_endpoint" {
  value = aws_rds_cluster.this.reader_endpoint
}

output "api_gateway_url" {
  value = aws_api_gateway_stage.prod.invoke_url
}

output "api_key_id" {
  value = aws_api_gateway_api_key.this.id
}

output "secrets_manager_secret_arn" {
  value = aws_secretsmanager_secret.this.arn
}
