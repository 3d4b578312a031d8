# Microphone check and sound devices.

audio-output = Speaker
audio-input = Microphone
audio-ringer = Ringer
audio-default = System default
audio-check = Check microphone
audio-level = Input level
audio-speak = Say a few words into the microphone
audio-good = Loud and clear
audio-quiet = Too quiet; come closer or raise the level
audio-loud = Too loud; lower the level
audio-silent = Nothing was heard
audio-loopback = Play it back
audio-recording = Recording
audio-playing = Playing
audio-stop = Stop
audio-device-lost = Device unplugged: { $name }
audio-device-back = Device is back: { $name }
audio-none = No audio device found
