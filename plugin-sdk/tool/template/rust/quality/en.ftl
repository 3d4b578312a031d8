name = Said hello
description = Looks whether the agent greeted the customer
title = Greeting
help = The first answer begins with a greeting
greeted = The first answer greets the customer
silent = The first answer has no greeting
