package lib.schedule_test

import data.lib.schedule

test_a_rate_in_days if schedule.days_between("rate(10 days)") == 10

test_a_rate_of_one_day if schedule.days_between("rate(1 day)") == 1

test_a_rate_in_hours if schedule.days_between("rate(12 hours)") == 0.5

test_every_month if schedule.days_between("cron(0 16 1,15 * ? *)") == 30

test_every_third_month if schedule.days_between("cron(0 0 1 */3 ? *)") == 90

test_every_second_month_from_february if schedule.days_between("cron(0 0 1 2/2 ? *)") == 60

test_months_by_name if schedule.days_between("cron(0 0 ? jan,APR,JUL,OCT MON#1 *)") == 90

test_a_span_of_months if schedule.days_between("cron(0 0 1 1-6 ? *)") == 210

test_steps_in_a_span if schedule.days_between("cron(0 0 1 1-7/3 ? *)") == 180

test_once_a_year if schedule.days_between("cron(0 0 1 6 ? *)") == 360

test_something_else if {
	not schedule.days_between("at(2026-01-01T00:00:00)")
	not schedule.days_between("cron(0 0 1)")
	not schedule.days_between("cron(0 0 1 ? ? *)")
}
