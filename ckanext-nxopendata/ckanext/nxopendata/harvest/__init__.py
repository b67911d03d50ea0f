"""Department catalogues to the portal: plan, then apply."""
