"""Which stores the tests of all stores run on; `make test-postgres` sets the variable."""

import os

ON_POSTGRES = bool(os.environ.get("ATTRIBUTION_TEST_POSTGRES"))
KINDS = ("postgresql",) if ON_POSTGRES else ("memory", "sqlite")
