# Toasts, desktop notifications and what was missed.

notice-new-conversation = { $name } started a conversation
notice-message = { $name }: { $text }
notice-waiting-long = { $name } has been waiting { $time }
notice-assigned = New conversation: { $name }
notice-transferred = { $agent } handed you { $name }
notice-mentioned = { $agent } mentioned you in a note
notice-parked-back = { $name } is back from parking
notice-send-failed = A message to { $name } was not sent
notice-plugin-paused = Plugin { $plugin } was paused
notice-closed = Conversation closed
notice-parked = Conversation parked
notice-missed = Missed alerts
notice-missed-count = { $count ->
    [one] { $count } missed alert
   *[other] { $count } missed alerts
    }
notice-missed-empty = Nothing was missed
notice-hidden-text = You have a new message
notice-ticket-opened = Ticket { $number } submitted
notice-plugin-notice = { $plugin }: { $text }
