# Quality checks.

quality-good = 做得好
quality-hint = 提示
quality-warning = 警告
quality-breach = 违规
quality-advice = 可以这样说：{ $words }
quality-evidence = 查看原文
quality-by = 由 { $plugin } 检查
quality-empty = 还没有质检结果
quality-count = { $count } 条发现
quality-understood = 知道了
quality-dispute = 有异议
quality-joint = { "：" }
quality-empty-place-hint = 打开会话后，质检插件会边看边提示；结果都列在这里，可以确认或提出异议
quality-disputed = 已提出异议
quality-acknowledged = 已知晓
quality-dispute-reason = 说明理由
quality-dispute-send = 提交异议
quality-open = 在 { $name } 的会话里查看原文
