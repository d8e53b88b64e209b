"""Anonymous, multilingual community-trust surveys: from a resident's phone to a report a department can hold."""

import os

# The matrices here are small: threads of the linear algebra library wait for each other ten times longer than they compute. It is read when
# NumPy is imported, so it must stand before.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
