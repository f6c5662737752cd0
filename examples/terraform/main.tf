# cancel-upload from a release's zip: the function, a queue of failures with an alarm, and what schedules need.
#
#   terraform apply -var function_zip=function-arm64.zip -var architecture=arm64
#
# With -var identity_provider_id=... -var service_account_id=... it needs no key: docs/deploy.md, Without a key.

terraform {
  required_version = ">= 1.9"
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
}

variable "secret" {
  type        = string
  description = "Name of the Secrets Manager secret that holds the OpenAI API key. The key itself is in no state: the function reads it."
  default     = "openai-api-key"
  validation {
    condition     = !startswith(var.secret, "sk-")
    error_message = "must be the name of a secret, not the key itself"
  }
}

variable "identity_provider_id" {
  type        = string
  description = "OpenAI's id of the workload identity provider, in place of the secret."
  default     = ""
}

variable "service_account_id" {
  type        = string
  description = "OpenAI's id of the service account that the function's role is mapped to."
  default     = ""
  validation {
    condition     = (var.service_account_id == "") == (var.identity_provider_id == "")
    error_message = "identity_provider_id and service_account_id belong together"
  }
}

variable "name" {
  type        = string
  description = "Name of all resources."
  default     = "cancel-upload"
}

locals {
  keyless = var.identity_provider_id != ""
}

data "aws_partition" "current" {}
data "aws_region" "current" {}
data "aws_caller_identity" "current" {}

resource "aws_cloudwatch_log_group" "function" {
  name              = "/aws/lambda/${var.name}"
  retention_in_days = 30
}

# Events that failed after all retries: Lambda's record with the event and the error.
resource "aws_sqs_queue" "failures" {
  name                      = "${var.name}-failures"
  message_retention_seconds = 1209600
}

data "aws_iam_policy_document" "assume" {
  for_each = toset(["lambda", "scheduler"])
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["${each.key}.amazonaws.com"]
    }
    dynamic "condition" {
      for_each = each.key == "scheduler" ? [data.aws_caller_identity.current.account_id] : []
      content {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [condition.value]
      }
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
  dynamic "statement" {
    for_each = local.keyless ? [] : [var.secret]
    content {
      actions = ["secretsmanager:GetSecretValue"]
      # Secrets Manager appends six characters to the name.
      resources = [format("arn:%s:secretsmanager:%s:%s:secret:%s-??????", data.aws_partition.current.partition,
      data.aws_region.current.name, data.aws_caller_identity.current.account_id, statement.value)]
    }
  }
  dynamic "statement" {
    for_each = local.keyless ? ["https://api.openai.com/v1"] : []
    content {
      actions   = ["sts:GetWebIdentityToken"]
      resources = ["*"]
      condition {
        test     = "ForAllValues:StringEquals"
        variable = "sts:IdentityTokenAudience"
        values   = [statement.value]
      }
      condition {
        test     = "NumericLessThanEquals"
        variable = "sts:DurationSeconds"
        values   = ["300"]
      }
    }
  }
}

resource "aws_iam_role" "function" {
  name               = var.name
  assume_role_policy = data.aws_iam_policy_document.assume["lambda"].json
}

resource "aws_iam_role_policy" "function" {
  name   = "cancel-upload"
  role   = aws_iam_role.function.id
  policy = data.aws_iam_policy_document.function.json
}

resource "aws_lambda_function" "cancel_upload" {
  function_name    = var.name
  description      = "Cancels OpenAI Uploads."
  role             = aws_iam_role.function.arn
  filename         = var.function_zip
  source_code_hash = filebase64sha256(var.function_zip)
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]
  memory_size      = 256
  timeout          = 300

  environment {
    # Names of credentials, never the credentials. The function takes an empty variable for one that is not set.
    variables = {
      OPENAI_API_KEY_SECRET       = local.keyless ? "" : var.secret
      OPENAI_IDENTITY_PROVIDER_ID = var.identity_provider_id
      OPENAI_SERVICE_ACCOUNT_ID   = var.service_account_id
    }
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.function.name
  }

  depends_on = [aws_iam_role_policy.function]
}

resource "aws_lambda_function_event_invoke_config" "cancel_upload" {
  function_name          = aws_lambda_function.cancel_upload.function_name
  maximum_retry_attempts = 2

  destination_config {
    on_failure {
      destination = aws_sqs_queue.failures.arn
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "failures" {
  alarm_name          = "${var.name}-failures"
  alarm_description   = "Uploads were not cancelled. Their events are in the queue of failures, or the log names them."
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"

  metric_query {
    id          = "failures"
    expression  = "SUM(METRICS())"
    label       = "failures"
    return_data = true
  }

  metric_query {
    id = "events"
    metric {
      namespace   = "AWS/SQS"
      metric_name = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = aws_sqs_queue.failures.name }
      stat        = "Maximum"
      period      = 300
    }
  }

  metric_query {
    id = "failed"
    metric {
      # From the function's log.
      namespace   = "CancelUpload"
      metric_name = "failed"
      dimensions  = { functionName = aws_lambda_function.cancel_upload.function_name }
      stat        = "Sum"
      period      = 300
    }
  }
}

resource "aws_scheduler_schedule_group" "schedules" {
  name = var.name
}

data "aws_iam_policy_document" "scheduler" {
  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = [aws_lambda_function.cancel_upload.arn]
  }
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.failures.arn]
  }
}

resource "aws_iam_role" "scheduler" {
  name               = "${var.name}-scheduler"
  assume_role_policy = data.aws_iam_policy_document.assume["scheduler"].json
}

resource "aws_iam_role_policy" "scheduler" {
  name   = "schedules"
  role   = aws_iam_role.scheduler.id
  policy = data.aws_iam_policy_document.scheduler.json
}

# Under the names of the SAM templates' outputs, which the commands of docs/triggers.md use.
output "FunctionArn" {
  value = aws_lambda_function.cancel_upload.arn
}

output "FunctionRoleArn" {
  value = aws_iam_role.function.arn
}

output "FailuresUrl" {
  value = aws_sqs_queue.failures.url
}

output "FailuresArn" {
  value = aws_sqs_queue.failures.arn
}

output "ScheduleGroupName" {
  value = aws_scheduler_schedule_group.schedules.name
}

output "SchedulerRoleArn" {
  value = aws_iam_role.scheduler.arn
}
