# The page of plugins.

plugin-title = Plugins
plugin-healthy = Healthy
plugin-starting = Starting
plugin-paused = Paused
plugin-paused-by-you = Paused by you
plugin-quarantined = Quarantined
plugin-quarantined-hint = Failed { $count } times in ten minutes and was stopped. Its data is kept.
plugin-restarting = Restarting in { $time }
plugin-disabled = Disabled
plugin-pause = Pause
plugin-resume = Resume
plugin-restart = Restart
plugin-remove = Remove
plugin-install = Install a plugin…
plugin-version = Version { $version }
plugin-author = by { $name }
plugin-roles = Roles
plugin-grants = Permissions
plugin-grants-none = Needs no permissions
plugin-grant-allow = Allow
plugin-grant-deny = Deny
plugin-grant-title = “{ $plugin }” asks for these permissions
plugin-budgets = Budgets
plugin-budget-cpu = CPU time
plugin-budget-memory = Memory
plugin-budget-network = Network
plugin-budget-storage = Storage
plugin-calls = { $count ->
    [one] { $count } call
   *[other] { $count } calls
    }
plugin-latency = median { $p50 } · 99th percentile { $p99 }
plugin-acceptance = { $percent } of proposals accepted
plugin-faults = Faults
plugin-no-faults = No faults
plugin-fault-trap = Crashed
plugin-fault-timeout = Too slow
plugin-fault-memory = Out of memory
plugin-fault-denied = Not permitted
plugin-log = Log
plugin-log-empty = The log is empty
plugin-settings = Plugin settings
plugin-check = Check connection
plugin-check-ok = Connection works
plugin-last-good = Showing the state of { $age } ago
plugin-panel-title = Plugin { $plugin }
plugin-empty = No plugins are installed
plugin-empty-hint = The desk works; channels, hints and forms come from plugins
role-channel = Channel
role-lookup = Lookup
role-assist = Assist
role-quality = Quality
role-ticket-form = Ticket form
role-panel = Panel
role-knowledge = Knowledge source
panel-stale = No answer; this may be old
