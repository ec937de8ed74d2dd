"""People: contacts, identities, labels, consent, segments, import and export."""
