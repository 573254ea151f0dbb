"""INT8 `.tflite` networks; needs the library ``tflite``."""

from accord.nn.importers.errors import ModelError
from accord.nn.importers.tflite.importer import import_tflite

__all__ = ["ModelError", "import_tflite"]
