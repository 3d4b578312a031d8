name = 点击计数
description = 统计点击次数并记住
clicks = 已点击
more = 再点一次
