"""Where values wait: memories, queues, and what addresses them."""
