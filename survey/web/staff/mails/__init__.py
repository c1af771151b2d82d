"""What a campaign's mails say: written anew, looked at with a real deal, tried on oneself."""
