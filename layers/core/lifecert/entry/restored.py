"""What a copied start must make anew.

With SnapStart Lambda starts a function once, keeps a picture of its memory and begins each environment from that. So
whatever a start drew at random would be drawn once for all of them. Ids, challenges, keys of a day and times are made
in the call, of the system's own randomness or clock (docs/adr/0012); clients hold no connection, since a start calls
nobody, and ask for their credentials when they sign. What is left is Python's shared generator, of which botocore takes
how long to wait before it tries again: all environments would wait alike, and come back together.
"""

import os
import random


def renew_after_restore() -> None:
    """Have the shared generator seeded anew in each environment that begins from a picture of this one."""
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        # Lambda's own, in its runtimes for Python 3.12 and later; no function needs it elsewhere.
        from snapshot_restore_py import register_after_restore

        register_after_restore(random.seed)
