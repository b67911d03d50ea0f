"""A search: read, bounded, sent to Solr, and its results as a page shows them."""
