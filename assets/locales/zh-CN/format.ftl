# Words inside durations, dates and numbers.

format-now = 刚刚
format-seconds = { $count } 秒
format-minutes = { $count } 分
format-hours = { $count } 小时
format-days = { $count } 天
format-today = 今天
format-yesterday = 昨天
format-day = { $month }{ $day }日
format-date = { $year }年{ $month }{ $day }日
format-day-time = { $day } { $time }
format-ten-thousands = { $number }万
format-hundred-millions = { $number }亿
format-thousands = { $number }千
format-millions = { $number }百万
format-month-1 = 1月
format-month-2 = 2月
format-month-3 = 3月
format-month-4 = 4月
format-month-5 = 5月
format-month-6 = 6月
format-month-7 = 7月
format-month-8 = 8月
format-month-9 = 9月
format-month-10 = 10月
format-month-11 = 11月
format-month-12 = 12月
