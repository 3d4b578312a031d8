# Errors, by code: what happened, what was kept, what to do. The codes are those of the error types.

## Sending.

error-send-failed =
    .what = 消息没有发出
    .kept = 内容还在会话里
    .do = 请重试，或换一个渠道联系客户

error-send-unknown =
    .what = 不确定消息是否送达
    .kept = 内容还在会话里
    .do = 请向客户确认，再决定是否重发

error-empty =
    .what = 没有可发送的内容
    .kept = 草稿不受影响
    .do = 请先输入文字或添加附件

error-too-long =
    .what = 内容超出长度上限
    .kept = 草稿还在
    .do = 请精简或分几次发送

error-too-many =
    .what = 数量已到上限
    .kept = 已有的都在
    .do = 请先移除一些再添加

## Files.

error-file-too-large =
    .what = 文件太大
    .kept = 原文件没有改动
    .do = 请压缩后再添加

error-file-not-stored =
    .what = 文件没有存好
    .kept = 草稿和原文件都在
    .do = 请检查磁盘空间后再添加

error-file-not-saved =
    .what = “{ $name }”没有另存成功
    .kept = 会话里的附件还在
    .do = 请换一个文件夹再试

error-file-not-read =
    .what = “{ $name }”无法读取
    .kept = 草稿不受影响
    .do = 请检查文件是否还在、是否有权限

error-no-attachments =
    .what = 这个渠道不能发送文件
    .kept = 草稿不受影响
    .do = 请用文字说明，或发送链接

error-picture-broken =
    .what = 图片已损坏，无法显示
    .kept = 文件原样保留
    .do = 可以另存后用其他程序打开

error-picture-large =
    .what = 图片太大，无法在此显示
    .kept = 文件原样保留
    .do = 可以另存后用其他程序打开

error-picture-gone =
    .what = 找不到这个文件
    .kept = 会话不受影响
    .do = 请对方再发一次

error-picture-not-pasted =
    .what = 图片没有粘贴成功
    .kept = 草稿不受影响
    .do = 请先存成文件再添加

## What the desk refuses.

error-no-conversation =
    .what = 找不到这个会话
    .kept = 其他会话不受影响
    .do = 请从队列重新打开

error-no-message =
    .what = 这条消息已不在发件箱
    .kept = 消息本身还在会话里
    .do = 请查看它的最新状态

error-no-ticket =
    .what = 找不到这张工单
    .kept = 其他工单不受影响
    .do = 请从工单列表重新打开

error-no-agent =
    .what = 找不到这位同事
    .kept = 会话仍在您手上
    .do = 请选择另一位同事

error-no-proposal =
    .what = 这条建议已失效
    .kept = 草稿不受影响
    .do = 可以等待新的建议，或自己填写

error-conversation-closed =
    .what = 会话已结束
    .kept = 草稿还在
    .do = 请先重新打开会话

error-not-yours =
    .what = 会话由另一位同事处理
    .kept = 您的草稿还在
    .do = 可以写内部备注，或请对方转派

error-stage-order =
    .what = 工单不能直接跳到这一步
    .kept = 工单没有改动
    .do = 请按顺序推进

error-setting =
    .what = “{ $field }”填得不对
    .kept = 设置没有改动
    .do = 改正后再保存

error-not-configurable =
    .what = 这里已经没有可设置的内容
    .kept = 没有改动
    .do = 请看看插件或渠道账号是否还在

error-in-the-past =
    .what = 时间已经过去
    .kept = 会话没有改动
    .do = 请选择之后的时间

error-conflict =
    .what = 内容刚刚被更新
    .kept = 您的草稿还在
    .do = 请看过最新内容再试

error-duplicate =
    .what = 这项操作已经做过
    .kept = 没有重复执行
    .do = 无需操作

error-internal =
    .what = 出现意外问题
    .kept = 已保存的内容不受影响
    .do = 请重试；仍不行请运行 switchboard doctor

## The data folder.

error-store-full =
    .what = 磁盘已满
    .kept = 已收到的消息和已存的草稿都在
    .do = 请清理磁盘空间，工作台会自动继续

error-store-read-only =
    .what = 数据文件夹不可写
    .kept = 已保存的内容都在
    .do = 请检查文件夹权限

error-store-io =
    .what = 磁盘读写出错
    .kept = 已保存的内容都在
    .do = 请检查磁盘，并运行 switchboard doctor

error-store-busy =
    .what = 数据正被其他程序占用
    .kept = 没有任何改动
    .do = 请关闭正在备份或查看数据的程序

error-store-damaged =
    .what = 数据文件损坏
    .kept = 原文件没有改动
    .do = 请从备份恢复，或用 switchboard journal salvage --to DIR 把还完好的部分取出来

error-store-database =
    .what = 数据库出错
    .kept = 已保存的内容都在
    .do = 请重新打开工作台；仍不行请运行 switchboard doctor

error-store-in-use =
    .what = 另一个工作台正在使用这份数据
    .kept = 没有任何改动
    .do = 请切换到已打开的窗口，或用 --data 指定其他文件夹

error-store-folder =
    .what = 数据文件夹无法使用
    .kept = 没有任何改动
    .do = 请检查路径和权限，或用 --data 指定其他文件夹

error-store-newer =
    .what = 数据由更新的版本写入
    .kept = 没有任何改动
    .do = 请更新工作台后再打开

## Starting.

error-start-host =
    .what = 插件环境无法启动
    .kept = 数据没有改动
    .do = 请运行 switchboard doctor

error-start-knowledge =
    .what = 知识索引无法打开
    .kept = 文章都在
    .do = 请重新打开工作台，索引会重建

error-start-threads =
    .what = 系统资源不足
    .kept = 数据没有改动
    .do = 请关闭一些程序后再打开

error-gateway-not-listening =
    .what = 网页聊天入口没有打开
    .kept = 已有会话不受影响
    .do = 端口可能被占用，请关闭占用的程序或换一个端口

## Plugins.

error-plugin-broken =
    .what = 插件 { $plugin } 无法载入
    .kept = 其他插件不受影响
    .do = 在“插件”中查看原因

error-plugin-secret-again =
    .what = 为插件 { $plugin } 填写的密钥已无法使用
    .kept = 其他功能不受影响，密钥没有发送到别处
    .do = 请到“插件”页查看原因并重新输入

error-plugin-quarantined =
    .what = 插件 { $plugin } 反复出错，已停止
    .kept = 会话、草稿和它的数据都在
    .do = 在“插件”中查看日志或重新启动

## Sound.

error-audio-no-device =
    .what = 未检测到声音硬件
    .kept = 文字会话不受影响
    .do = 请接上耳机后重新检测

error-audio-refused =
    .what = 声音设备不能使用
    .kept = 文字会话不受影响
    .do = 请关闭占用它的程序，或换一个设备

error-audio-sound =
    .what = 提示音无法播放
    .kept = 提醒仍会显示在屏幕上
    .do = 请换一个输出设备

## Ticket forms.

error-form-unavailable =
    .what = 表单插件没有响应
    .kept = 已填内容已保存
    .do = 请稍后再提交，或在“插件”中查看它的状态

error-form-late =
    .what = 表单插件响应超时
    .kept = 已填内容已保存
    .do = 请稍后再提交

error-form-refused =
    .what = 表单插件没有接受
    .kept = 已填内容已保存
    .do = 请核对各项后再提交
