"""The gates of quantization: each measures one claim afresh, prints its figure and can fail."""
