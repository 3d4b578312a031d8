# The queue at the left.

queue-mine = 我的
queue-waiting = 等待
queue-parked = 挂起
queue-team = 团队
queue-waiting-section = 等待分配
queue-unread = { $count } 条未读
queue-waits = 已等 { $time }
queue-awaiting-customer = 待客户
queue-customer-left = 客户已离开
queue-draft = 草稿
queue-take = 接入
queue-filter = 筛选
queue-filter-hint = 姓名、内容、标签
queue-filter-unread = 只看未读
queue-empty-mine = 手上没有会话
queue-empty-mine-hint = 按 { $key } 接入等待最久的客户
queue-empty-waiting = 没有客户在等待
queue-empty-waiting-hint = 新的会话会出现在这里并提醒您
queue-empty-parked = 没有挂起的会话
queue-empty-parked-hint = 挂起的会话到时间或客户回复后会自动回来
queue-empty-filter = 没有符合筛选的会话
queue-empty-team = 同事手上没有会话
queue-empty-team-hint = 同事正在处理的会话会列在这里
queue-trouble = 有消息未发出
queue-typing = 正在输入…
