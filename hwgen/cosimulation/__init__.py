"""The exported core trained beside the golden model, and where they differ."""
