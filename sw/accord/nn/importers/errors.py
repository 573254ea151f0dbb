"""What an import can fail with."""


class ModelError(ValueError):
    """A model that cannot be imported exactly; the message names operator, node and remedy."""
