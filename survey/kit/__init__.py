"""What every floor stands on: database, clock, ids, tokens, errors, money, tables, figures."""
