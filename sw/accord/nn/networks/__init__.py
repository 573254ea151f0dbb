"""Networks defined here, of float32, with seeded weights."""

from accord.nn.networks.mobilenet_v3 import mobilenet_v3_small

__all__ = ["mobilenet_v3_small"]
