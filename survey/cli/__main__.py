"""`python -m survey.cli` is `survey`."""

from survey.cli.main import main

main()
