"""Guides inside the product: one Markdown file a guide, with pictures where somebody took them."""
