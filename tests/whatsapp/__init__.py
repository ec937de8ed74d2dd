"""WhatsApp: payloads, errors, templates and providers."""
