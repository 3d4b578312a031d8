# The window, its places and words used everywhere.

app-name = Switchboard
app-title-unread = ({ $count }) { $name }
place-desk = Desk
place-tickets = Tickets
place-knowledge = Knowledge
place-quality = Quality
place-plugins = Plugins
place-settings = Settings
app-cancel = Cancel
app-close = Close
app-copy = Copy
app-open = Open
app-more = More
app-all = All
app-unknown = Unknown
app-yes = Yes
app-no = No
app-details = Details
app-show = Show
app-hide = Hide
app-loading = Loading…
app-resize = Width of the panel
app-search = Search
app-separator = { ", " }
app-quit-title = Work is still open
app-quit-text = { $open ->
    [one] One conversation is open
   *[other] { $open } conversations are open
    } and { $unsent ->
    [one] one message is unsent
   *[other] { $unsent } messages are unsent
    }. Drafts and the outbox are kept and go on next time.
app-quit-keep = Stay
app-quit-leave = Go offline and quit
