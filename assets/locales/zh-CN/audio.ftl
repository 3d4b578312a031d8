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
audio-loopback = 播放刚才的录音
audio-recording = 正在录音
audio-playing = 正在播放
audio-stop = 停止
audio-device-lost = 设备已断开：{ $name }
audio-device-back = 设备已恢复：{ $name }
audio-none = 没有找到声音设备
