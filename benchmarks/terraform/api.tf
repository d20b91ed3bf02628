resource "aws_api_gateway_rest_api" "this" {
  name        = format(local.name, "sensor-api")
  description = "Sensor readings of iot-${terraform.workspace}"
  tags        = { Name = format(local.name, "sensor-api") }

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_resource" "sensor_data" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_rest_api.this.root_resource_id
  path_part   = "sensor-data"
}

resource "aws_api_gateway_method" "post" {
  rest_api_id      = aws_api_gateway_rest_api.this.id
  resource_id      = aws_api_gateway_resource.sensor_data.id
  http_method      = "POST"
  authorization    = "NONE"
  api_key_required = true
}

resource "aws_api_gateway_integration" "post" {
  rest_api_id       = aws_api_gateway_rest_api.this.id
  resource_id       = aws_api_gateway_resource.sensor_data.id
  http_method       = aws_api_gateway_method.post.http_method
  type              = "MOCK"
  request_templates = { "application/json" = jsonencode({ statusCode = 200 }) }
  # A MOCK needs none. The emulator reads back this one, which Terraform would replace the integration for at each run.
  integration_http_method = "POST"
}

resource "aws_api_gateway_method_response" "post" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  resource_id = aws_api_gateway_resource.sensor_data.id
  http_method = aws_api_gateway_method.post.http_method
  status_code = "200"
}

resource "aws_api_gateway_integration_response" "post" {
  rest_api_id        = aws_api_gateway_rest_api.this.id
  resource_id        = aws_api_gateway_resource.sensor_data.id
  http_method        = aws_api_gateway_integration.post.http_method
  status_code        = aws_api_gateway_method_response.post.status_code
  response_templates = { "application/json" = jsonencode({ message = "Data received" }) }
}

resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  triggers = {
    # What is configured, not whole resources: these also hold what is only known after the first refresh.
    definition = sha1(jsonencode([
      aws_api_gateway_resource.sensor_data.path_part,
      aws_api_gateway_method.post.api_key_required,
      aws_api_gateway_integration.post.request_templates,
      aws_api_gateway_method_response.post.status_code,
      aws_api_gateway_integration_response.post.response_templates,
    ]))
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "prod" {
  rest_api_id   = aws_api_gateway_rest_api.this.id
  deployment_id = aws_api_gateway_deployment.this.id
  stage_name    = "prod"
  tags          = { Name = "prod" }
}

resource "aws_api_gateway_usage_plan" "this" {
  name        = format(local.name, "usage-plan")
  description = "What a client of iot-${terraform.workspace} may do"
  tags        = { Name = format(local.name, "usage-plan") }

  api_stages {
    api_id = aws_api_gateway_rest_api.this.id
    stage  = aws_api_gateway_stage.prod.stage_name
  }

  throttle_settings {
    rate_limit  = var.rate_limit
    burst_limit = 400
  }
}

resource "aws_api_gateway_api_key" "this" {
  name        = format(local.name, "api-key")
  description = "First client of iot-${terraform.workspace}"
  value       = var.api_key
  tags        = { Name = format(local.name, "api-key") }
}

resource "aws_api_gateway_usage_plan_key" "this" {
  key_id        = aws_api_gateway_api_key.this.id
  key_type      = "API_KEY"
  usage_plan_id = aws_api_gateway_usage_plan.this.id
}
