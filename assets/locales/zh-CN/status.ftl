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
status-self-check-note = 自检有 { $count } 条提示
status-oldest-waiting = 最久等待 { $time }
status-outbox-title = 发件箱
status-outbox-empty = 没有未发出的消息
check-store = 数据存储
check-gateway = 接入服务
check-channels = 渠道
check-good = 正常
check-off = 未开启
status-demo = 演示公司：客户由模拟插件扮演
status-not-stored = 数据无法写入
status-plugin-quarantined = 插件 { $plugin } 多次出错已隔离，其他功能不受影响
top-waits-most = 最急
top-waiting = 排队 { $count } · 最久 { $time }
top-closed-today = 今日已结 { $count }
