"""LifeCert's core: the rules of the yearly life certificate and the way through them on AWS."""
