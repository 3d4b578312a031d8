# Microphone check and sound devices.

audio-output = 扬声器
audio-input = 麦克风
audio-ringer = 响铃设备
audio-default = 系统默认
audio-check = 检测麦克风
audio-level = 输入音量
audio-speak = 请对着麦克风说几句话
audio-good = 声音清楚
audio-quiet = 声音太小，请靠近或调高音量
audio-loud = 声音过大，请调低音量
audio-silent = 没有听到声音
audio-loopback = 回环测试
audio-stop = 停止
audio-device-lost = 设备已断开：{ $name }
audio-none = 未检测到声音硬件
audio-list = 重新查找设备
audio-start = 开始
audio-check-stop = 停止检测麦克风
audio-check-hint = 对着麦克风说几句话，看音量够不够
audio-loopback-hint = 扬声器发一声，看麦克风能否听到，并测出延迟
audio-loopback-start = 测试
audio-loopback-running = 正在测试
audio-loopback-wait = 请保持安静……
audio-loopback-heard = 听到了，延迟 { $ms } 毫秒，设备正常
audio-loopback-silent = 没有听到。请调高音量，检查是否静音；戴耳机时听不到属正常。
audio-loopback-failed = 设备无法使用。请检查是否插好，或被其他程序占用。
