# The line at the bottom.

status-synced = 已同步
status-syncing = 正在同步
status-offline = 网络断开，消息会在恢复后发出
status-outbox = 发件箱 { $waiting } 待发
status-outbox-failed = 发件箱 { $waiting } 待发 · { $failed } 失败
status-plugins = 插件 { $healthy } 正常
status-plugins-paused = 插件 { $healthy } 正常 · { $paused } 已暂停
status-plugins-none = 没有插件
status-all-well = 一切正常
status-self-check-ok = 自检正常
status-self-check-problem = 自检发现 { $count } 个问题
status-disk-full = 磁盘已满，新消息暂时无法保存
status-plugin-problem = { $plugin }：{ $reason }
status-oldest-waiting = 最久等待 { $time }
status-outbox-title = 发件箱
status-outbox-empty = 没有未发出的消息
