# The customer card.

customer-title = Customer
customer-summary = { $devices ->
    [one] { $devices } device
   *[other] { $devices } devices
    } · { $tickets ->
    [one] { $tickets } ticket
   *[other] { $tickets } tickets
    }
customer-visitor = Visitor
customer-unknown = Customer not yet known
customer-unknown-hint = Ask for a phone or order number to link the record
customer-phone = Phone
customer-mail = Mail
customer-web = Web identity
customer-address = Address
customer-tier = Tier
customer-tags = Tags
customer-devices = Devices
customer-orders = Orders
customer-tickets = Tickets
customer-history = History
customer-serial = Serial number
customer-installed = installed { $date }
customer-bought = bought { $date }
customer-age-years = { $count ->
    [one] { $count } year
   *[other] { $count } years
    }
customer-warranty = Warranty
customer-warranty-until = until { $date }
customer-warranty-extended = extended until { $date }
customer-warranty-over = ended { $date }
customer-last-service = Last service
customer-satisfaction = rated { $score }/5
customer-since = Customer since { $date }
customer-consent-yes = Agreed to offers
customer-consent-no = No consent to offers
customer-no-devices = No devices on record
customer-no-orders = No orders
customer-no-history = First contact
customer-show-number = Show the full number
customer-stale = Data from { $age } ago
