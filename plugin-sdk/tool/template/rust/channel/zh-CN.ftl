name = 门铃
description = 通过网页请求收发消息
