# The two figures that AWS knows best. Both come from SQS itself, so they work even when no worker runs.
# deploy/prometheus/alerts.yml has the rest.

resource "aws_cloudwatch_metric_alarm" "oldest_message" {
  alarm_name          = "${var.queue_name}-oldest-message"
  alarm_description   = "Logins are not written. See docs/runbook/FetchEtlBehind.md."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = aws_sqs_queue.logins.name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 5
  datapoints_to_alarm = 5
  threshold           = var.oldest_message_alarm_seconds
  comparison_operator = "GreaterThanThreshold"
  # SQS reports nothing for a queue that was not used for six hours: it is empty.
  treat_missing_data = "notBreaching"
  alarm_actions      = var.alarm_topic_arns
  ok_actions         = var.alarm_topic_arns
  tags               = var.tags
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name          = "${local.dead_letter_queue_name}-depth"
  alarm_description   = "Dead letters wait for somebody. See docs/runbook/FetchEtlDeadLettersWaiting.md."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letters.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 3
  datapoints_to_alarm = 3
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arns
  ok_actions          = var.alarm_topic_arns
  tags                = var.tags
}
