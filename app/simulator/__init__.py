"""A stand-alone stand-in for WhatsApp: Meta's Graph API, its webhooks, and a telephone to answer from."""
