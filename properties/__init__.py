"""What the user sets: property files, their layers and their defaults."""

from pyjm.properties.layers import Option
from pyjm.properties.parse import PropertiesError
from pyjm.properties.settings import Settings
from pyjm.properties.shipped import default, write_copy

__all__ = ["Option", "PropertiesError", "Settings", "default", "write_copy"]
