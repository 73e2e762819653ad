"""To and from other tools: ONNX models, and weights that were trained elsewhere."""
