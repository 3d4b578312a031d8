# Words inside durations, dates and numbers.

format-now = now
format-seconds = { $count } s
format-minutes = { $count } min
format-hours = { $count } h
format-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
    }
format-today = Today
format-yesterday = Yesterday
format-day = { $month } { $day }
format-date = { $month } { $day }, { $year }
format-day-time = { $day }, { $time }
format-ten-thousands = { $number }0K
format-hundred-millions = { $number }00M
format-thousands = { $number }K
format-millions = { $number }M
format-month-1 = Jan
format-month-2 = Feb
format-month-3 = Mar
format-month-4 = Apr
format-month-5 = May
format-month-6 = Jun
format-month-7 = Jul
format-month-8 = Aug
format-month-9 = Sep
format-month-10 = Oct
format-month-11 = Nov
format-month-12 = Dec
