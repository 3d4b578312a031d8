name = Call back
description = A ticket for calling a customer back
form = Call back
phone = Phone
about = What about
from-message = the customer's last message
short = The number has fewer than seven digits
