"""What WhatsApp says and understands: providers, payloads and errors, without tables or tenants."""
