"""Figures, documents, exports, the audit page."""
