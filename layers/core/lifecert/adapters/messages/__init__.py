"""Events, tasks and messages, on EventBridge, SQS and SNS."""
