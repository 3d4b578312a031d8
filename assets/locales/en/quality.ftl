# Quality checks.

quality-good = Well done
quality-hint = Hint
quality-warning = Warning
quality-breach = Breach
quality-advice = Better: { $words }
quality-evidence = See the words
quality-by = checked by { $plugin }
quality-empty = No findings yet
quality-count = { $count ->
    [one] { $count } finding
   *[other] { $count } findings
    }
quality-understood = Understood
quality-dispute = Dispute
quality-joint = { ": " }
quality-empty-place-hint = Checks run in the conversations you have open. What they find is listed here, to acknowledge or dispute
quality-disputed = Disputed
quality-acknowledged = Acknowledged
quality-dispute-reason = Your reason
quality-dispute-send = Send
quality-open = See the words in the conversation with { $name }
