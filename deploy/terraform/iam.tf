# What each of them calls, and nothing else. docs/operations.md lists the same rights under Permissions.

# run, drain, and the checks of doctor.
data "aws_iam_policy_document" "service" {
  statement {
    sid = "Queue"
    actions = [
      "sqs:GetQueueUrl",
      "sqs:GetQueueAttributes",
      "sqs:ReceiveMessage",
      "sqs:DeleteMessage",
      "sqs:ChangeMessageVisibility",
    ]
    resources = [aws_sqs_queue.logins.arn]
  }

  statement {
    sid       = "DeadLetters"
    actions   = ["sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:SendMessage"]
    resources = [aws_sqs_queue.dead_letters.arn]
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "Key"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]
    }
  }
}

# Payloads in S3: Sqs:PayloadBuckets, and Sqs:DeletePayloads.
data "aws_iam_policy_document" "payloads" {
  count = length(var.payload_bucket_names) > 0 ? 1 : 0

  statement {
    sid       = "Objects"
    actions   = var.delete_payloads ? ["s3:GetObject", "s3:DeleteObject"] : ["s3:GetObject"]
    resources = [for name in var.payload_bucket_names : "arn:aws:s3:::${name}/*"]
  }

  # Without s3:ListBucket S3 calls a missing object denied. By s3:GetBucketVersioning doctor sees whether it may try a
  # delete; the service does without.
  statement {
    sid       = "Buckets"
    actions   = var.delete_payloads ? ["s3:ListBucket", "s3:GetBucketVersioning"] : ["s3:ListBucket"]
    resources = [for name in var.payload_bucket_names : "arn:aws:s3:::${name}"]
  }
}

# People who read, redrive and purge dead letters (dead), and who look for causes (doctor). They see bodies.
data "aws_iam_policy_document" "operator" {
  statement {
    sid = "DeadLetters"
    actions = [
      "sqs:GetQueueUrl",
      "sqs:GetQueueAttributes",
      "sqs:ReceiveMessage",
      "sqs:DeleteMessage",
      "sqs:ChangeMessageVisibility",
    ]
    resources = [aws_sqs_queue.dead_letters.arn]
  }

  statement {
    sid       = "Queue"
    actions   = ["sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:SendMessage"]
    resources = [aws_sqs_queue.logins.arn]
  }

  dynamic "statement" {
    for_each = var.kms_key_arn == null ? [] : [var.kms_key_arn]

    content {
      sid       = "Key"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value]
    }
  }
}

# KEDA, which counts messages.
data "aws_iam_policy_document" "scaler" {
  statement {
    sid       = "Queue"
    actions   = ["sqs:GetQueueAttributes"]
    resources = [aws_sqs_queue.logins.arn]
  }
}

resource "aws_iam_policy" "service" {
  name        = "${var.queue_name}-fetch-etl"
  description = "fetch-etl run and drain"
  policy      = data.aws_iam_policy_document.service.json
  tags        = var.tags
}

resource "aws_iam_role_policy" "payloads" {
  count  = length(var.payload_bucket_names) > 0 ? 1 : 0
  name   = "payloads"
  role   = aws_iam_role.service.id
  policy = data.aws_iam_policy_document.payloads[0].json
}

resource "aws_iam_policy" "operator" {
  name        = "${var.queue_name}-fetch-etl-operator"
  description = "fetch-etl dead and doctor: reads bodies"
  policy      = data.aws_iam_policy_document.operator.json
  tags        = var.tags
}

resource "aws_iam_policy" "scaler" {
  name        = "${var.queue_name}-fetch-etl-scaler"
  description = "KEDA counts the queue's messages"
  policy      = data.aws_iam_policy_document.scaler.json
  tags        = var.tags
}

resource "aws_iam_role" "service" {
  name               = "fetch-etl"
  assume_role_policy = var.service_assume_role_policy
  tags               = var.tags
}

resource "aws_iam_role_policy_attachment" "service" {
  role       = aws_iam_role.service.name
  policy_arn = aws_iam_policy.service.arn
}
