# The queue at the left.

queue-title = Queue
queue-mine = Mine
queue-waiting = Waiting
queue-parked = Parked
queue-team = Team
queue-closed = Closed
queue-waiting-section = Waiting for an agent
queue-unread = { $count ->
    [one] { $count } unread message
   *[other] { $count } unread messages
    }
queue-count = { $count ->
    [one] { $count } conversation
   *[other] { $count } conversations
    }
queue-waits = waiting { $time }
queue-awaiting-customer = With customer
queue-in-call = Call
queue-overdue = Overdue
queue-draft = Draft
queue-take = Take
queue-take-next = Take next
queue-filter = Filter
queue-filter-hint = Name, words, tag
queue-filter-channel = Channel
queue-filter-unread = Unread only
queue-filter-clear = Clear filter
queue-sort-waiting = Longest waiting first
queue-sort-newest = Newest first
queue-empty-mine = No conversations in hand
queue-empty-mine-hint = Press { $key } to take the customer who has waited longest
queue-empty-waiting = Nobody is waiting
queue-empty-waiting-hint = New conversations appear here and alert you
queue-empty-parked = Nothing is parked
queue-empty-parked-hint = A parked conversation comes back at its time or with the customer’s reply
queue-empty-filter = No conversation matches the filter
queue-not-ready = You are not taking new conversations
queue-empty-team = No colleague has a conversation
queue-empty-team-hint = Conversations colleagues work on are listed here
queue-trouble = a message did not go out
queue-typing = typing…
