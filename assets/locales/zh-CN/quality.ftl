# Quality checks.

quality-title = 质检
quality-finding = 质检发现
quality-score = 得分 { $score }
quality-not-scored = 未评分
quality-good = 做得好
quality-hint = 提示
quality-warning = 警告
quality-breach = 违规
quality-advice = 可以这样说：{ $words }
quality-evidence = 查看原文
quality-by = 由 { $plugin } 检查
quality-empty = 还没有质检结果
quality-empty-hint = 结束的会话会逐一检查
quality-filter-severity = 级别
quality-agent = 坐席
quality-count = { $count } 条发现
quality-understood = 知道了
quality-dispute = 有异议
quality-joint = { "：" }
