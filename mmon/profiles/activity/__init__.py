"""What happened when: requests, latencies and ids in steps of time."""
