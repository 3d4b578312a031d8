# Settings.

settings-appearance = Appearance
settings-language = Language
settings-theme = Theme
settings-theme-light = Light
settings-theme-dark = Dark
settings-theme-system = Follow the system
settings-scale = Scale
settings-notifications = Notifications
settings-notify-desktop = Desktop notifications
settings-notify-sound = Alert sounds
settings-notify-try = Play
settings-audio = Audio
settings-general = General
settings-keys = Shortcuts
settings-agent-skills = Skills
settings-data-folder = Data folder
settings-about = About
settings-licences = Licences
settings-fonts = Fonts
settings-fonts-missing = No further Chinese font was found; rare characters may show as boxes
settings-notify-desktop-hint = Shows new messages while the window is in the background
settings-notify-desktop-none = This system cannot show notifications
settings-notify-sound-hint = Played on the ringer
settings-channels = Channel accounts
settings-channels-none = No accounts yet. Enable a channel plugin in Plugins to connect one.
settings-channel-switch = { $name } switched on
settings-channel-works = Working
settings-channel-paused = Off
settings-channel-trouble = Trouble
settings-channel-open = Open the customer page of { $name }
settings-channel-copy = Copy the address of { $name }
settings-channel-dead = { $count ->
    [one] { $count } incoming item could not be read and was put aside; nothing is lost
   *[other] { $count } incoming items could not be read and were put aside; nothing is lost
    }
settings-version = Version
settings-system = System
settings-data-copy = Copy path
settings-licences-note = MIT or Apache-2.0, in full in the LICENSE file that comes with it. Built-in fonts are under the OFL.
settings-scripts-missing = No font for these scripts was found; they may show as boxes: { $scripts }

## Accounts of channels.

account-add = Add account
account-new = New account: { $name }
account-edit = Settings of { $name }
account-title = Name
account-skill = Skill
account-skill-hint = Conversations go to colleagues with this skill; empty for anybody
account-remove = Remove account
account-remove-ask = Nothing more comes in or goes out over it. Its conversations are kept.
account-remove-yes = Remove this account
account-remove-no = Keep it
