name = Customer since
description = Shows how long somebody has been a customer
days = Days with us
tier = Tier
