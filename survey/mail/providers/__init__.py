"""Three voices behind one interface: a folder of files, an SMTP server, SendGrid."""
