# Settings.

settings-appearance = 外观
settings-language = 语言
settings-theme = 主题
settings-theme-light = 浅色
settings-theme-dark = 深色
settings-theme-system = 跟随系统
settings-scale = 缩放
settings-notifications = 通知
settings-notify-desktop = 桌面通知
settings-notify-sound = 提示音
settings-notify-try = 试听
settings-audio = 声音设备
settings-general = 常规
settings-keys = 快捷键
settings-agent-skills = 技能
settings-data-folder = 数据文件夹
settings-about = 关于
settings-licences = 许可证
settings-fonts = 字体
settings-fonts-missing = 系统没有更多中文字体，少见的字可能显示为方框
settings-notify-desktop-hint = 窗口不在前台时也能看到新消息
settings-notify-desktop-none = 当前系统不支持桌面通知
settings-notify-sound-hint = 在响铃设备上播放
settings-channels = 渠道账号
settings-channels-none = 还没有渠道账号。在“插件”中启用一个渠道插件即可接入。
settings-channel-switch = 启用 { $name }
settings-channel-works = 正常
settings-channel-paused = 已停用
settings-channel-trouble = 有故障
settings-channel-open = 打开 { $name } 的客户页面
settings-channel-copy = 复制 { $name } 的地址
settings-channel-dead = { $count } 条来信无法解读，已另存，不会丢失
settings-version = 版本
settings-system = 系统
settings-data-copy = 复制路径
settings-licences-note = 采用 MIT 或 Apache-2.0 许可，全文见随附的 LICENSE 文件；内置字体采用 OFL 许可。
settings-scripts-missing = 系统缺少这些文字的字体，可能显示为方框：{ $scripts }

## Accounts of channels.

account-add = 添加账号
account-new = 新账号：{ $name }
account-edit = 设置“{ $name }”
account-title = 名称
account-skill = 技能
account-skill-hint = 会话会分给有此技能的同事；留空则不限
account-remove = 移除账号
account-remove-ask = 移除后不再收发消息，已有会话会保留。
account-remove-yes = 确认移除
account-remove-no = 保留
