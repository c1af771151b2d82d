"""What every door shares: the request's session, who may enter, headers, limits, errors."""
