"""Every kind of mail: what it is made of, when it must not leave any more, and how it reads."""
