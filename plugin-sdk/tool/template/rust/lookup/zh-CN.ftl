name = 客户时长
description = 显示客户已与我们往来多久
days = 往来天数
tier = 等级
