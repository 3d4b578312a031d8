# What plugins propose, and prompts.

proposal-reply = Suggested reply
proposal-fields = Suggested fields
proposal-tag = Suggested tag
proposal-transfer = Suggested transfer
proposal-offer = Offer
proposal-next-step = Next step
proposal-note = Suggested note
proposal-wrap-up = Suggested wrap-up
proposal-accept = Accept
proposal-edit = Edit
proposal-dismiss = Dismiss
proposal-confidence = { $percent } sure
proposal-because = Because: { $reason }
proposal-sources = Sources
proposal-from = from { $plugin }
proposal-more = { $count } more
proposal-accepted = Accepted
proposal-edited = Accepted with changes
proposal-dismissed = Dismissed
proposal-expired = Expired
proposal-after-call = After the call
prompt-safety = Safety
prompt-waiting = Customer waiting
prompt-sla = Time limit
prompt-coaching = Coaching
prompt-offer = Offer
