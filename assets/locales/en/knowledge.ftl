# Articles and their search.

knowledge-title = Knowledge
knowledge-search = Search knowledge
knowledge-results = { $count ->
    [one] { $count } article
   *[other] { $count } articles
    }
knowledge-empty = Nothing found for “{ $query }”
knowledge-empty-hint = Try other words, a fault code or a model number
knowledge-insert = Insert in reply
knowledge-open = Open article
knowledge-pick = Pick an article
knowledge-pick-hint = Type words at the left, in Chinese or English
knowledge-none = No articles yet
knowledge-version = version { $number }
knowledge-other-language = Only in the other language
knowledge-reply-heading = What to say
knowledge-asked = “{ $query }”
knowledge-no-reply = No ready words in this one; open it and use your own
knowledge-gone = This article does not exist any more
