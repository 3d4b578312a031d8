# Where the agent writes.

composer-hint = Write a reply, / snippets, ? knowledge
composer-note-hint = A note for colleagues; the customer does not see it
composer-send = Send
composer-send-note = Save note
composer-attach = Attach
composer-note = Note
composer-reply = Reply
composer-draft-saved = Draft saved
composer-draft-saving = Saving draft
composer-snippets = Snippets
composer-snippets-empty = No snippet matches
composer-knowledge = Insert knowledge
composer-knowledge-empty = No article matches
composer-fill-variable = Fill in { $name }
composer-not-mine = { $agent } is on this; take over to reply
composer-waiting = Take this conversation to reply
composer-not-synced = Checking for new messages; Send is ready in a moment
composer-changed = { $count ->
    [one] One new message
   *[other] { $count } new messages
    } arrived while you were writing
composer-too-long = { $count } characters too long
composer-mention = Mention
composer-mention-team = Everybody with this skill: { $count ->
    [one] { $count } colleague
   *[other] { $count } colleagues
    }
composer-pasted = Pasted { $time }.png
composer-drop = Drop to attach
composer-attachment-remove = Remove { $name }
composer-again = press Enter again to send
composer-insert = Insert
composer-uploading = Reading files
