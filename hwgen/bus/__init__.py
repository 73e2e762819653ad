"""Standard buses around a core: AXI4-Stream for samples and predictions, AXI4-Lite for the rest."""
