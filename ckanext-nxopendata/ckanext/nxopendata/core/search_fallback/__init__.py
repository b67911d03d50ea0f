"""What stands in for Solr while it does not answer: plain lists from the database, and documents indexed later."""
