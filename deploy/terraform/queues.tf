locals {
  dead_letter_queue_name = "${var.queue_name}-dead"
}

# Bodies are personal data in the clear, so both queues are encrypted and refuse calls without TLS.
resource "aws_sqs_queue" "logins" {
  name                       = var.queue_name
  message_retention_seconds  = var.retention_days * 86400
  visibility_timeout_seconds = var.visibility_timeout_seconds
  receive_wait_time_seconds  = 20
  sqs_managed_sse_enabled    = var.kms_key_arn == null ? true : null
  kms_master_key_id          = var.kms_key_arn
  tags                       = var.tags
}

# FetchEtl's own dead letters (invalid messages), and those that SQS moves after max_receive_count receives.
resource "aws_sqs_queue" "dead_letters" {
  name = local.dead_letter_queue_name
  # SQS's maximum: for messages that SQS moves, the clock has run since the first send.
  message_retention_seconds = 14 * 86400
  receive_wait_time_seconds = 20
  sqs_managed_sse_enabled   = var.kms_key_arn == null ? true : null
  kms_master_key_id         = var.kms_key_arn
  tags                      = var.tags
}

resource "aws_sqs_queue_redrive_policy" "logins" {
  queue_url = aws_sqs_queue.logins.id
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters.arn
    maxReceiveCount     = var.max_receive_count
  })
}

resource "aws_sqs_queue_redrive_allow_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.id
  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.logins.arn]
  })
}

data "aws_iam_policy_document" "logins_queue" {
  statement {
    sid       = "RefuseWithoutTls"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.logins.arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  dynamic "statement" {
    for_each = length(var.producer_role_arns) > 0 ? [1] : []

    content {
      sid       = "Producers"
      actions   = ["sqs:GetQueueUrl", "sqs:SendMessage"]
      resources = [aws_sqs_queue.logins.arn]

      principals {
        type        = "AWS"
        identifiers = var.producer_role_arns
      }
    }
  }
}

resource "aws_sqs_queue_policy" "logins" {
  queue_url = aws_sqs_queue.logins.id
  policy    = data.aws_iam_policy_document.logins_queue.json
}

data "aws_iam_policy_document" "dead_letter_queue" {
  statement {
    sid       = "RefuseWithoutTls"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.dead_letters.arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sqs_queue_policy" "dead_letters" {
  queue_url = aws_sqs_queue.dead_letters.id
  policy    = data.aws_iam_policy_document.dead_letter_queue.json
}
