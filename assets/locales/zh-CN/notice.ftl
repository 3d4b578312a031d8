# Toasts, desktop notifications and what was missed.

notice-new-conversation = { $name } 发起会话
notice-message = { $name }：{ $text }
notice-waiting-long = { $name } 已等 { $time }
notice-assigned = 新会话：{ $name }
notice-transferred = { $agent } 转来会话：{ $name }
notice-mentioned = { $agent } 在备注中提到您
notice-parked-back = 挂起的会话回来了：{ $name }
notice-send-failed = 给 { $name } 的消息没有发出
notice-plugin-paused = 插件 { $plugin } 已暂停
notice-closed = 会话已结束
notice-parked = 会话已挂起
notice-missed = 错过的提醒
notice-missed-count = { $count } 条错过的提醒
notice-missed-empty = 没有错过的提醒
notice-hidden-text = 您有新消息
notice-ticket-opened = 工单 { $number } 已提交
notice-plugin-notice = { $plugin }：{ $text }
