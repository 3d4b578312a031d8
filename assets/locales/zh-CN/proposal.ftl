# What plugins propose, and prompts.

proposal-reply = 建议回复
proposal-fields = 建议填写
proposal-tag = 建议标签
proposal-transfer = 建议转派
proposal-offer = 亮灯
proposal-next-step = 下一步
proposal-note = 建议备注
proposal-wrap-up = 建议小结
proposal-accept = 采纳
proposal-edit = 修改
proposal-dismiss = 忽略
proposal-confidence = 把握 { $percent }
proposal-because = 依据：{ $reason }
proposal-sources = 来源
proposal-from = 来自 { $plugin }
proposal-more = 还有 { $count } 条建议
proposal-accepted = 已采纳
proposal-edited = 修改后采纳
proposal-dismissed = 已忽略
proposal-expired = 已过期
proposal-after-call = 通话后再提
prompt-safety = 安全
prompt-waiting = 客户在等
prompt-sla = 时限
prompt-coaching = 提示
prompt-offer = 推荐
