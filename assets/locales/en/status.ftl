# The line at the bottom.

status-synced = Synced
status-syncing = Syncing
status-offline = Offline; messages go out when the network is back
status-outbox = Outbox: { $waiting } waiting
status-outbox-failed = Outbox: { $waiting } waiting · { $failed } failed
status-plugins = Plugins: { $healthy } healthy
status-plugins-paused = Plugins: { $healthy } healthy · { $paused } paused
status-plugins-none = No plugins
status-all-well = All is well
status-self-check-ok = Self-check passed
status-self-check-problem = Self-check found { $count ->
    [one] { $count } problem
   *[other] { $count } problems
    }
status-disk-full = The disk is full; new messages cannot be stored
status-plugin-problem = { $plugin }: { $reason }
status-oldest-waiting = Longest wait { $time }
status-outbox-title = Outbox
status-outbox-empty = Everything has gone out
