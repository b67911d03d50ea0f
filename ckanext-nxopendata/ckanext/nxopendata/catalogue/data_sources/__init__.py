"""One source for each datum (一数一源): who provides basic information resources, and datasets that overlap."""
