"""The register of government systems, by the plan of integration and sharing."""
