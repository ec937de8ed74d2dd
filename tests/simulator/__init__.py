"""The stand-in for WhatsApp, over real HTTP."""
