"""WhatsApp Business Accounts, their numbers, credentials and send rate."""
