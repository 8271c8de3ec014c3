variable "queue_name" {
  description = "The queue of the login events: the setting Sqs:QueueName."
  type        = string
  default     = "login-queue"
}

variable "retention_days" {
  description = "How long a message waits on the queue before SQS deletes it. It is the one deadline of an outage."
  type        = number
  default     = 7

  validation {
    condition     = var.retention_days >= 1 && var.retention_days < 14
    error_message = "Take 1 to 13 days: the dead-letter queue keeps 14, and must keep messages longer than the queue."
  }
}

variable "visibility_timeout_seconds" {
  description = "For consumers that set none. fetch-etl sets its own with each receive: Sqs:VisibilityTimeoutSeconds."
  type        = number
  default     = 30
}

variable "max_receive_count" {
  description = "Receives after which SQS itself moves a message. Each stop of a worker uses up one: 10 or more."
  type        = number
  default     = 10

  validation {
    condition     = var.max_receive_count >= 10
    error_message = "Take 10 or more: docs/operations.md says why, under Receive counts."
  }
}

variable "kms_key_arn" {
  description = "A KMS key of your own for both queues. Null: SQS's own encryption, SSE-SQS."
  type        = string
  default     = null
}

variable "producer_role_arns" {
  description = "The roles that send login events. Empty: the queue's policy names nobody."
  type        = list(string)
  default     = []
}

variable "payload_bucket_names" {
  description = "The S3 buckets of Sqs:PayloadBuckets. Empty: the service may read no object."
  type        = list(string)
  default     = []
}

variable "delete_payloads" {
  description = "Whether the service may delete their objects: Sqs:DeletePayloads."
  type        = bool
  default     = false
}

variable "service_assume_role_policy" {
  description = "JSON: who may take the service's role, that is EKS's OIDC provider, EKS Pod Identity or ECS tasks."
  type        = string
}

variable "oldest_message_alarm_seconds" {
  description = "Age of the oldest message at which the alarm goes off."
  type        = number
  default     = 900
}

variable "alarm_topic_arns" {
  description = "The SNS topics that the alarms notify."
  type        = list(string)
  default     = []
}

variable "tags" {
  description = "Tags of every resource."
  type        = map(string)
  default     = {}
}
