"""What is encrypted, hashed, signed or protected under a key of KMS."""
