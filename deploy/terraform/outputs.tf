output "queue_url" {
  description = "The queue, for KEDA's trigger."
  value       = aws_sqs_queue.logins.url
}

output "dead_letter_queue_url" {
  description = "The dead-letter queue."
  value       = aws_sqs_queue.dead_letters.url
}

output "service_role_arn" {
  description = "For the annotation of the service account, or taskRoleArn."
  value       = aws_iam_role.service.arn
}

output "operator_policy_arn" {
  description = "Attach it to the role or group of the people who work with dead letters."
  value       = aws_iam_policy.operator.arn
}

output "scaler_policy_arn" {
  description = "Attach it to KEDA's role."
  value       = aws_iam_policy.scaler.arn
}
