"""The stored state, in DynamoDB."""
