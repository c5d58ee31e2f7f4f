"""Postgres and Redis: pools, migrations, one .sql file per query, the batch writer."""
