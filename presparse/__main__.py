"""`python -m presparse`: the console command."""

import sys

from presparse.cli import main

sys.exit(main())
