"""What LifeCert costs to run: from public prices, measured units and stated assumptions (`make cost`)."""
