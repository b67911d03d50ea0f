"""Translations: what people read in Chinese, of CKAN, of the extensions we use, and of our own rooms."""
