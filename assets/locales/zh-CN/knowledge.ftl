# Articles and their search.

knowledge-title = 知识
knowledge-search = 搜索知识
knowledge-results = { $count } 篇文章
knowledge-empty = 没有找到“{ $query }”
knowledge-empty-hint = 换个说法，或输入故障代码、型号
knowledge-insert = 插入回复
knowledge-open = 打开文章
knowledge-pick = 选择一篇文章
knowledge-pick-hint = 左侧输入关键词，中英文都可以
knowledge-none = 还没有文章
knowledge-version = 第 { $number } 版
knowledge-other-language = 只有另一种语言的版本
knowledge-reply-heading = 可以这样说
knowledge-asked = “{ $query }”
knowledge-no-reply = 这篇没有现成话术，可展开后自行组织
knowledge-gone = 这篇文章已不存在
