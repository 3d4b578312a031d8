# Errors, by code: what happened, what was kept, what to do.

error-disk-full =
    .what = The disk is full
    .kept = Messages received and drafts are kept
    .do = Free some space; the desk goes on by itself

error-store-unreadable =
    .what = The data cannot be read
    .kept = The file was not changed
    .do = Run switchboard doctor, or restore a backup

error-store-locked =
    .what = Another desk is using this data
    .kept = Nothing was changed
    .do = Switch to the open window, or choose another folder with --data

error-network-down =
    .what = The network is down
    .kept = Unsent messages wait in the outbox
    .do = They go out by themselves when it is back

error-send-failed =
    .what = The message was not sent
    .kept = The text is kept in the outbox
    .do = Try again, or reach the customer on another channel

error-attachment-too-big =
    .what = The file is too big
    .kept = The file itself was not changed
    .do = Make it smaller; the limit is { $limit }

error-attachment-unreadable =
    .what = The file cannot be read
    .kept = The draft is not affected
    .do = Check that it is there and may be read

error-plugin-faulty =
    .what = Plugin { $plugin } failed
    .kept = Conversations and drafts are not affected
    .do = It was restarted; after several faults it is quarantined

error-plugin-refused =
    .what = Plugin { $plugin } cannot be installed
    .kept = Installed plugins are not affected
    .do = Reason: { $reason }

error-ticket-refused =
    .what = The ticket was not submitted
    .kept = Everything filled in is kept
    .do = Complete the marked fields and submit again

error-conversation-taken =
    .what = { $agent } has already taken this conversation
    .kept = Your draft is kept
    .do = Write a note, or ask for a transfer

error-capacity-full =
    .what = You have as many conversations as you can take
    .kept = Nobody waiting was lost
    .do = Close or park one first

error-audio-missing =
    .what = No audio device was found
    .kept = Written conversations are not affected
    .do = Plug in the headset and check again

error-port-taken =
    .what = Port { $port } is taken
    .kept = Nothing was changed
    .do = Close the other program, or choose another port

error-unexpected =
    .what = Something unexpected happened
    .kept = What was saved is not affected
    .do = Try again; if it stays, run switchboard doctor
