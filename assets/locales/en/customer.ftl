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
customer-warranty-until = In warranty until { $date }
customer-warranty-extended = In extended warranty until { $date }
customer-warranty-over = Out of warranty since { $date }
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
customer-device = Device
customer-reveal = Show in full: { $what }
customer-show-all = Show all
customer-show-less = Show less
customer-conversations = { $count ->
    [one] one earlier conversation
   *[other] { $count } earlier conversations
    }
customer-warranty-passed = { $percent } of the warranty has passed
customer-lookup-from = { $plugin } · fetched { $age } ago
