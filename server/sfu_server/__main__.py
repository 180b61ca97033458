"""`python -m sfu_server` is `sfu-server`."""

import sys

from sfu_server.main import main

sys.exit(main())
