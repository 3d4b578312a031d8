name = 回电
description = 给客户回电的工单
form = 回电
phone = 电话
about = 事由
from-message = 客户的最后一条消息
short = 号码不足七位数字
