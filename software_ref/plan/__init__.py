"""What the hardware will be: rows, memories, latencies and the schedule, without any hardware."""
