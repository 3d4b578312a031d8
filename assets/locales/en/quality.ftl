# Quality checks.

quality-title = Quality
quality-finding = Finding
quality-score = Score { $score }
quality-not-scored = Not scored
quality-good = Well done
quality-hint = Hint
quality-warning = Warning
quality-breach = Breach
quality-advice = Better: { $words }
quality-evidence = See the words
quality-by = checked by { $plugin }
quality-empty = No findings yet
quality-empty-hint = Every closed conversation is checked
quality-filter-severity = Severity
quality-agent = Agent
quality-count = { $count ->
    [one] { $count } finding
   *[other] { $count } findings
    }
quality-understood = Understood
quality-dispute = Dispute
quality-joint = { ": " }
