"""The worker of the job queue: CKAN's own, which takes over within a minute what a killed worker left."""
