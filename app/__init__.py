"""Recado: a multi-tenant WhatsApp CRM and campaign platform."""
