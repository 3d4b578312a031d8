name = 感谢回复
description = 客户道谢时，建议一句回复
because = 客户表示了感谢
