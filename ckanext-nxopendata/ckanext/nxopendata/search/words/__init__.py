"""Chinese words: how they are typed in pinyin, and their synonyms."""
