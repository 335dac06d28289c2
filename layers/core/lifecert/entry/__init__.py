"""What stands between a Lambda event and a use case: settings, HTTP, problems, texts, log."""
