# The customer card.

customer-title = Customer
customer-summary = { $devices ->
    [one] { $devices } device
   *[other] { $devices } devices
    } · { $tickets ->
    [one] { $tickets } ticket
   *[other] { $tickets } tickets
    }
customer-unknown-hint = Ask for a phone or order number to link the record
customer-phone = Phone
customer-mail = Mail
customer-web = Web identity
customer-address = Address
customer-orders = Orders
customer-tickets = Tickets
customer-history = History
customer-installed = installed { $date }
customer-bought = bought { $date }
customer-warranty-until = In warranty until { $date }
customer-warranty-extended = In extended warranty until { $date }
customer-warranty-over = Out of warranty since { $date }
customer-last-service = Last service
customer-satisfaction = rated { $score }/5
customer-no-history = First contact
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
