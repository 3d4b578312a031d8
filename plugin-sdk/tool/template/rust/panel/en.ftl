name = Clicks
description = Counts clicks, and remembers them
clicks = Clicks so far
more = One more
