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
status-self-check-note = Self-check: { $count ->
    [one] { $count } note
   *[other] { $count } notes
    }
status-oldest-waiting = Longest wait { $time }
status-outbox-title = Outbox
status-outbox-empty = Everything has gone out
check-store = Storage
check-gateway = Gateway
check-channels = Channels
check-good = Fine
check-off = Not running
status-demo = Demo company: its customers are simulated
status-not-stored = Cannot write data
status-plugin-quarantined = Plugin { $plugin } failed too often and was quarantined; everything else works
top-waits-most = Waits most
top-waiting = { $count } in queue · longest { $time }
top-closed-today = { $count } closed today
