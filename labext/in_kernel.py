"""What the Serverless Lab kernel loads: the extension under a name of its own, so that ``%load_ext labext`` in a notebook has nothing to complain of there."""

from . import load_ipython_extension, unload_ipython_extension

__all__ = ["load_ipython_extension", "unload_ipython_extension"]
