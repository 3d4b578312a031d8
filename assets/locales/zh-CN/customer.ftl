# The customer card.

customer-title = 客户
customer-summary = { $devices } 台设备 · { $tickets } 张工单
customer-unknown-hint = 核对手机号或订单号后关联
customer-phone = 电话
customer-mail = 邮箱
customer-web = 网页身份
customer-address = 地址
customer-orders = 订单
customer-tickets = 工单
customer-history = 往来记录
customer-installed = { $date } 安装
customer-bought = { $date } 购买
customer-warranty-until = 质保至 { $date }，保内
customer-warranty-extended = 延保至 { $date }，保内
customer-warranty-over = 已过保（{ $date }）
customer-last-service = 上次服务
customer-satisfaction = 满意 { $score }/5
customer-no-history = 第一次联系
customer-stale = 显示的是 { $age } 前的数据
customer-device = 设备
customer-reveal = 显示完整内容：{ $what }
customer-show-all = 显示全部
customer-show-less = 收起
customer-conversations = 之前有 { $count } 次会话
customer-warranty-passed = 质保期已过 { $percent }
customer-lookup-from = { $plugin } · { $age }前获取
