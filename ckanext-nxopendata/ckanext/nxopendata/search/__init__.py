"""Chinese search: pinyin, synonyms, suggestions, spelling."""
