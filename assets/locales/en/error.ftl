# Errors, by code: what happened, what was kept, what to do. The codes are those of the error types.

## Sending.

error-send-failed =
    .what = The message was not sent
    .kept = The text is kept in the conversation
    .do = Try again, or reach the customer on another channel

error-send-unknown =
    .what = It is not certain that the message arrived
    .kept = The text is kept in the conversation
    .do = Ask the customer before sending it again

error-empty =
    .what = There is nothing to send
    .kept = The draft is not affected
    .do = Write something or attach a file first

error-too-long =
    .what = This is longer than allowed
    .kept = The draft is kept
    .do = Shorten it or send it in parts

error-too-many =
    .what = The limit has been reached
    .kept = What is there is kept
    .do = Remove some before adding more

## Files.

error-file-too-large =
    .what = The file is too big
    .kept = The file itself was not changed
    .do = Make it smaller and attach it again

error-file-not-stored =
    .what = The file could not be stored
    .kept = The draft and the file itself are kept
    .do = Check the disk and attach it again

error-file-not-saved =
    .what = { $name } was not saved
    .kept = The attachment is still in the conversation
    .do = Try another folder

error-file-not-read =
    .what = { $name } cannot be read
    .kept = The draft is not affected
    .do = Check that it is there and may be read

error-no-attachments =
    .what = This channel cannot send files
    .kept = The draft is not affected
    .do = Say it in words, or send a link

error-picture-broken =
    .what = The picture is damaged
    .kept = The file is kept as it came
    .do = Save it and open it with another program

error-picture-large =
    .what = Too large to show here
    .kept = The file is kept as it came
    .do = Save it and open it with another program

error-picture-gone =
    .what = The file cannot be found
    .kept = The conversation is not affected
    .do = Ask for it to be sent again

error-picture-not-pasted =
    .what = The picture could not be pasted
    .kept = The draft is not affected
    .do = Save it to a file and attach that

## What the desk refuses.

error-no-conversation =
    .what = There is no such conversation
    .kept = Other conversations are not affected
    .do = Open it again from the queue

error-no-message =
    .what = The message is no longer in the outbox
    .kept = The message itself is kept
    .do = Look at its present state

error-no-ticket =
    .what = There is no such ticket
    .kept = Other tickets are not affected
    .do = Open it again from the list

error-no-agent =
    .what = There is no such colleague
    .kept = The conversation is still yours
    .do = Choose another colleague

error-no-proposal =
    .what = The proposal is gone
    .kept = The draft is not affected
    .do = Wait for a new one, or write it yourself

error-conversation-closed =
    .what = The conversation is closed
    .kept = The draft is kept
    .do = Reopen it first

error-not-yours =
    .what = A colleague is working on this conversation
    .kept = Your draft is kept
    .do = Write a note, or ask for a transfer

error-stage-order =
    .what = The ticket cannot move there
    .kept = The ticket was not changed
    .do = Move it one stage at a time

error-setting =
    .what = “{ $field }” does not fit
    .kept = The settings are as they were
    .do = Correct it and save again

error-not-configurable =
    .what = There is nothing to set here any more
    .kept = Nothing was changed
    .do = Look whether the plugin or the account is still there

error-in-the-past =
    .what = That moment has passed
    .kept = The conversation was not changed
    .do = Choose a later one

error-conflict =
    .what = This has just changed
    .kept = Your draft is kept
    .do = Look at what is new and try again

error-duplicate =
    .what = This has already been done
    .kept = It was not done twice
    .do = There is nothing to do

error-internal =
    .what = Something unexpected happened
    .kept = What was saved is not affected
    .do = Try again; if it stays, run switchboard doctor

## The data folder.

error-store-full =
    .what = The disk is full
    .kept = Messages received and drafts saved are kept
    .do = Free some space; the desk goes on by itself

error-store-read-only =
    .what = The data folder cannot be written
    .kept = What was saved is kept
    .do = Check the permissions of the folder

error-store-io =
    .what = The disk answered with an error
    .kept = What was saved is kept
    .do = Check the disk and run switchboard doctor

error-store-busy =
    .what = Another program holds the data
    .kept = Nothing was changed
    .do = Close the program that copies or reads it

error-store-damaged =
    .what = The data is damaged
    .kept = The file was not changed
    .do = Restore a backup, or keep what is left: switchboard journal salvage --to DIR

error-store-database =
    .what = The database answered with an error
    .kept = What was saved is kept
    .do = Open the desk again; if it stays, run switchboard doctor

error-store-in-use =
    .what = Another desk is using this data
    .kept = Nothing was changed
    .do = Switch to the open window, or choose another folder with --data

error-store-folder =
    .what = The data folder cannot be used
    .kept = Nothing was changed
    .do = Check its path and permissions, or choose another folder with --data

error-store-newer =
    .what = The data was written by a newer version
    .kept = Nothing was changed
    .do = Update the desk and open it again

## Starting.

error-start-host =
    .what = The plugin host did not start
    .kept = The data was not changed
    .do = Run switchboard doctor

error-start-knowledge =
    .what = The knowledge index cannot be opened
    .kept = The articles are kept
    .do = Open the desk again; the index is built anew

error-start-threads =
    .what = The system is out of resources
    .kept = The data was not changed
    .do = Close some programs and open it again

error-gateway-not-listening =
    .what = The entrance for web chat is closed
    .kept = Conversations that are open are not affected
    .do = The port may be taken: close the other program or choose another port

## Plugins.

error-plugin-broken =
    .what = Plugin { $plugin } cannot be loaded
    .kept = Other plugins are not affected
    .do = See why under Plugins

error-plugin-secret-again =
    .what = Something you typed for the plugin { $plugin } cannot be used any more
    .kept = Everything else works; nothing was sent with it
    .do = Type it again under Plugins, where it says why

error-plugin-quarantined =
    .what = Plugin { $plugin } failed repeatedly and was stopped
    .kept = Conversations, drafts and its data are kept
    .do = See its log or restart it under Plugins

## Sound.

error-audio-no-device =
    .what = No sound hardware found
    .kept = Written conversations are not affected
    .do = Plug in the headset and check again

error-audio-refused =
    .what = The audio device refused
    .kept = Written conversations are not affected
    .do = Close the program that uses it, or choose another device

error-audio-sound =
    .what = The sound cannot be played
    .kept = Alerts still appear on the screen
    .do = Choose another output

## Ticket forms.

error-form-unavailable =
    .what = The form plugin does not answer
    .kept = What was filled in is kept
    .do = Submit again later, or look at it under Plugins

error-form-late =
    .what = The form plugin took too long
    .kept = What was filled in is kept
    .do = Submit again later

error-form-refused =
    .what = The form plugin did not accept the form
    .kept = What was filled in is kept
    .do = Check the fields and submit again
