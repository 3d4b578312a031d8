# The palette of commands, Ctrl+K.

palette-hint = 搜索客户、知识、命令……
palette-commands = 命令
palette-conversations = 会话
palette-articles = 知识
palette-empty = 没有找到“{ $query }”
palette-empty-hint = 可以输入中文、拼音首字母或英文
