"""Load generators and scenarios; every result carries machine, commit and the generator's own CPU."""
