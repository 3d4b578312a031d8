# Whether the agent takes work.

presence-title = Presence
presence-ready = Ready
presence-busy = Busy
presence-break = On a break
presence-wrap-up = Wrapping up
presence-offline = Offline
presence-ready-hint = Takes new conversations
presence-busy-hint = Works on what is open
presence-offline-hint = Takes nothing
presence-break-meal = Meal
presence-break-rest = Rest
presence-break-training = Training
presence-break-meeting = Meeting
