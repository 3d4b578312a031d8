name = Thanks
description = Proposes an answer to customers who say thank you
because = The customer says thank you
