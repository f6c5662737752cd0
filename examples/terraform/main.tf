# The clean-up function of cancel-upload from a release's zip, with its role, its log, a queue of failures and an alarm on it.
# The other functions differ in QUARKUS_FUNQY_EXPORT, the time-out and CANCEL_BUDGET: template.yaml has them all.
#
#   terraform apply -var function_zip=function-arm64.zip -var architecture=arm64

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.40"
    }
  }
}

variable "function_zip" {
  type        = string
  description = "Path of the release's zip for the architecture."
}

variable "architecture" {
  type        = string
  description = "The architecture that the zip was built for: x86_64 or arm64."
  default     = "x86_64"
  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "must be x86_64 or arm64"
  }
}

variable "secret" {
  type        = string
  description = "Name or ARN of the Secrets Manager secret that is the OpenAI API key."
  default     = "openai-api-key"
  validation {
    condition     = !startswith(var.secret, "sk-")
    error_message = "must be the name or the ARN of a secret, not the key itself"
  }
}

variable "name" {
  type        = string
  description = "Name of all resources."
  default     = "cancel-upload-clean-up"
}

# Terraform's state contains the key in plain text: encrypt it, and let only those read it who may have the key.
# After a rotation, terraform apply deploys the new version.
data "aws_secretsmanager_secret_version" "openai" {
  secret_id = var.secret
}

resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = 30
}

# Clean-ups that failed after all retries: Lambda's record with the event and the error.
resource "aws_sqs_queue" "failures" {
  name                      = "${var.name}-failures"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

data "aws_iam_policy_document" "lambda" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "function" {
  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.function.arn}:*"]
  }
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.failures.arn]
  }
  statement {
    actions   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    resources = ["*"]
  }
}

resource "aws_iam_role" "function" {
  name               = var.name
  assume_role_policy = data.aws_iam_policy_document.lambda.json
}

resource "aws_iam_role_policy" "function" {
  name   = "clean-up-uploads"
  role   = aws_iam_role.function.id
  policy = data.aws_iam_policy_document.function.json
}

resource "aws_lambda_function" "clean_up" {
  function_name    = var.name
  description      = "Cancels up to 1,000 OpenAI Uploads; one that is already final is success."
  role             = aws_iam_role.function.arn
  filename         = var.function_zip
  source_code_hash = filebase64sha256(var.function_zip)
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]
  memory_size      = 256
  timeout          = 300

  environment {
    variables = {
      OPENAI_API_KEY       = data.aws_secretsmanager_secret_version.openai.secret_string
      QUARKUS_FUNQY_EXPORT = "cleanUpUploads"
      # Less than the time-out.
      CANCEL_BUDGET = "280s"
    }
  }

  logging_config {
    log_format            = "JSON"
    log_group             = aws_cloudwatch_log_group.function.name
    application_log_level = "INFO"
  }

  tracing_config {
    mode = "Active"
  }

  depends_on = [aws_iam_role_policy.function]
}

resource "aws_lambda_function_event_invoke_config" "clean_up" {
  function_name          = aws_lambda_function.clean_up.function_name
  maximum_retry_attempts = 2

  destination_config {
    on_failure {
      destination = aws_sqs_queue.failures.arn
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "failures" {
  alarm_name          = "${var.name}-failures"
  alarm_description   = "Clean-ups did not happen. Their events are in the queue; send them again."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.failures.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
}

output "clean_up_function_arn" {
  value = aws_lambda_function.clean_up.arn
}

output "failures_url" {
  value = aws_sqs_queue.failures.url
}
