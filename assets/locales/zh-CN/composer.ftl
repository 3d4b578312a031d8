# Where the agent writes.

composer-hint = 输入回复，/ 快捷语，? 知识
composer-note-hint = 写给同事的备注，客户看不到
composer-send = 发送
composer-send-note = 保存备注
composer-attach = 附件
composer-note = 备注
composer-reply = 回复
composer-draft-saved = 草稿已保存
composer-draft-saving = 正在保存草稿
composer-snippets = 快捷语
composer-snippets-empty = 没有匹配的快捷语
composer-knowledge = 插入知识
composer-knowledge-empty = 没有匹配的文章
composer-fill-variable = 请补充 { $name }
composer-not-mine = 由 { $agent } 处理，接入后才能回复
composer-waiting = 接入后即可回复
composer-not-synced = 正在核对新消息，核对完即可发送
composer-changed = 您写草稿时客户又发来 { $count } 条消息
composer-too-long = 超出 { $count } 字，请精简
composer-pasted = 粘贴的图片 { $time }.png
composer-drop = 松开即可添加文件
composer-attachment-remove = 移除 { $name }
composer-again = 再按一次 Enter 发送
composer-insert = 插入
composer-uploading = 正在读取文件
