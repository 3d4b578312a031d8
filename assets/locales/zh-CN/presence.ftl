# Whether the agent takes work.

presence-title = 在线状态
presence-ready = 就绪
presence-busy = 忙碌
presence-break = 小休
presence-wrap-up = 整理
presence-offline = 离线
presence-ready-hint = 接收新会话
presence-busy-hint = 只处理手上的会话
presence-offline-hint = 不接收任何会话
presence-break-meal = 用餐
presence-break-rest = 休息
presence-break-training = 培训
presence-break-meeting = 会议
