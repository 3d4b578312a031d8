# The palette of commands, Ctrl+K.

palette-hint = Search customers, knowledge, commands…
palette-commands = Commands
palette-conversations = Conversations
palette-articles = Knowledge
palette-empty = Nothing found for “{ $query }”
palette-empty-hint = Type Chinese, pinyin initials or English
