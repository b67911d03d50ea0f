"""Files of cases: pictures of a work, which everybody sees once it is shown; evidence, for those who take part."""
