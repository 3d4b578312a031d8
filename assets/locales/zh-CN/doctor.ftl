# `switchboard doctor` and the self-check.

doctor-title = 自检
doctor-ok = 正常
doctor-warning = 注意
doctor-problem = 有问题
doctor-skipped = 已跳过
doctor-all-well = 全部正常
doctor-problems = 发现 { $count } 个问题
doctor-display = 显示
doctor-display-missing = 没有图形显示，请设置 DISPLAY 或用 --headless 运行
doctor-audio = 声音
doctor-audio-ok = 输出 { $output }，输入 { $input }
doctor-audio-missing = 没有声音设备，提示音不会响
doctor-port = 端口
doctor-port-ok = { $port } 可用
doctor-port-taken = { $port } 已被占用
doctor-disk = 磁盘
doctor-disk-ok = 剩余 { $free }
doctor-disk-low = 只剩 { $free }，请尽快清理
doctor-data = 数据
doctor-data-ok = { $folder } 可以读写
doctor-data-bad = { $folder }：{ $reason }
doctor-plugins = 插件
doctor-plugins-ok = { $count } 个插件可以载入
doctor-plugins-bad = { $plugin } 无法载入：{ $reason }
