"""Tools for operators. They read a deployment with the caller's own AWS credentials and change nothing."""
