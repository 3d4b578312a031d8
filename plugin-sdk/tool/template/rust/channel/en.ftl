name = Doorbell
description = Messages from plain web requests
