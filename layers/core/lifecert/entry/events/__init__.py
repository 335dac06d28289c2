"""Events that come by queue, stream or schedule."""
