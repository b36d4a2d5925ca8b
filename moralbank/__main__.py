"""`python -m moralbank` is `moralbank`."""

from moralbank.cli import main

main()
