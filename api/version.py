"""Which version of the platform this is."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("igny8")
except PackageNotFoundError:  # run from a checkout that was not installed
    VERSION = "0.1.0"
