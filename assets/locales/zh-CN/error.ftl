# Errors, by code: what happened, what was kept, what to do.

error-disk-full =
    .what = 磁盘已满
    .kept = 已收到的消息和草稿都在
    .do = 请清理磁盘空间，工作台会自动继续

error-store-unreadable =
    .what = 数据文件无法读取
    .kept = 原文件没有改动
    .do = 请运行 switchboard doctor，或从备份恢复

error-store-locked =
    .what = 另一个工作台正在使用这份数据
    .kept = 没有任何改动
    .do = 请切换到已打开的窗口，或用 --data 指定其他文件夹

error-network-down =
    .what = 网络断开
    .kept = 未发出的消息保存在发件箱
    .do = 恢复后会自动发出，无需操作

error-send-failed =
    .what = 消息没有发出
    .kept = 内容保存在发件箱
    .do = 请重试，或换一个渠道联系客户

error-attachment-too-big =
    .what = 文件太大
    .kept = 原文件没有改动
    .do = 请压缩后再添加，上限 { $limit }

error-attachment-unreadable =
    .what = 文件无法读取
    .kept = 草稿不受影响
    .do = 请检查文件是否还在、是否有权限

error-plugin-faulty =
    .what = 插件 { $plugin } 出错
    .kept = 会话和草稿不受影响
    .do = 已自动重启；多次出错会被隔离

error-plugin-refused =
    .what = 插件 { $plugin } 无法安装
    .kept = 已安装的插件不受影响
    .do = 原因：{ $reason }

error-ticket-refused =
    .what = 工单没有提交
    .kept = 填写内容都在
    .do = 请按提示补充后再提交

error-conversation-taken =
    .what = 会话已由 { $agent } 接入
    .kept = 您的草稿还在
    .do = 可以写内部备注，或请对方转派

error-capacity-full =
    .what = 您手上的会话已满
    .kept = 等待的客户没有丢失
    .do = 请先结束或挂起一个会话

error-audio-missing =
    .what = 没有找到声音设备
    .kept = 文字会话不受影响
    .do = 请接上耳机后重新检测

error-port-taken =
    .what = 端口 { $port } 已被占用
    .kept = 没有任何改动
    .do = 请关闭占用的程序，或在设置中换一个端口

error-unexpected =
    .what = 出现意外问题
    .kept = 已保存的内容不受影响
    .do = 请重试；仍不行请运行 switchboard doctor
