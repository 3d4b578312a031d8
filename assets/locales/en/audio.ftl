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
audio-loopback = Loop-back test
audio-stop = Stop
audio-device-lost = Device unplugged: { $name }
audio-none = No sound hardware found
audio-list = Look for devices again
audio-start = Start
audio-check-stop = Stop the microphone check
audio-check-hint = Say a few words and see whether you are loud enough
audio-loopback-hint = Plays a tone and checks whether the microphone hears it, and how late
audio-loopback-start = Test
audio-loopback-running = Testing
audio-loopback-wait = Please keep quiet…
audio-loopback-heard = Heard after { $ms } ms: the devices work
audio-loopback-silent = Not heard. Turn up the volume and check for mute; with a headset on this is normal.
audio-loopback-failed = The devices could not be used. Check the plug, and whether another program holds them.
