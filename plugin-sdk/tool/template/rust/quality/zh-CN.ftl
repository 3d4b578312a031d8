name = 问候检查
description = 检查坐席是否先问候了客户
title = 问候
help = 第一条回复应先问候客户
greeted = 第一条回复问候了客户
silent = 第一条回复没有问候
