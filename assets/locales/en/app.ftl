# The window, its places and words used everywhere.

app-name = Switchboard
app-tagline = The agent desk
app-title-unread = ({ $count }) { $name }
place-desk = Desk
place-tickets = Tickets
place-knowledge = Knowledge
place-quality = Quality
place-drills = Drills
place-plugins = Plugins
place-reports = Reports
place-settings = Settings
app-ok = OK
app-cancel = Cancel
app-close = Close
app-save = Save
app-undo = Undo
app-retry = Try again
app-delete = Delete
app-edit = Edit
app-copy = Copy
app-copied = Copied
app-open = Open
app-more = More
app-all = All
app-none = None
app-unknown = Unknown
app-yes = Yes
app-no = No
app-back = Back
app-next = Next
app-details = Details
app-show = Show
app-hide = Hide
app-loading = Loading…
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
app-quit-hide = Minimise and keep receiving
app-quit-leave = Go offline and quit
app-empty-place = Nothing here yet
