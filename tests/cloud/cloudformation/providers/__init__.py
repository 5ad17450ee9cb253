"""The providers of resource types, one module a service; every module of the folder registers what it has."""

import pkgutil
from importlib import import_module

for module in pkgutil.iter_modules(__path__):
    import_module(f"{__name__}.{module.name}")
