"""Private reminders: told first, a day to put it right, only then a deduction."""
