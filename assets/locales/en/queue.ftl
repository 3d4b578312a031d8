# The queue at the left.

queue-mine = Mine
queue-waiting = Waiting
queue-parked = Parked
queue-team = Team
queue-waiting-section = Waiting for an agent
queue-unread = { $count ->
    [one] { $count } unread message
   *[other] { $count } unread messages
    }
queue-waits = waiting { $time }
queue-awaiting-customer = With customer
queue-customer-left = Left
queue-draft = Draft
queue-take = Take
queue-filter = Filter
queue-filter-hint = Name, words, tag
queue-filter-unread = Unread only
queue-empty-mine = No conversations in hand
queue-empty-mine-hint = Press { $key } to take the customer who has waited longest
queue-empty-waiting = Nobody is waiting
queue-empty-waiting-hint = New conversations appear here and alert you
queue-empty-parked = Nothing is parked
queue-empty-parked-hint = A parked conversation comes back at its time or with the customer’s reply
queue-empty-filter = No conversation matches the filter
queue-empty-team = No colleague has a conversation
queue-empty-team-hint = Conversations colleagues work on are listed here
queue-trouble = a message did not go out
queue-typing = typing…
