"""What is not public does not shine through CKAN's lists: tags, formats, members, activities, accounts."""
