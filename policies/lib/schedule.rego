# Schedule expressions of AWS: `rate(7 days)`, `cron(0 16 1 */3 ? *)`.
package lib.schedule

# days_between(expression): the days between two runs at most, a month counting as 30. Undefined where that can't be told.
days_between(expression) := to_number(parts[0]) * unit_days[parts[1]] if {
	startswith(expression, "rate(")
	parts := split(trim_suffix(trim_prefix(expression, "rate("), ")"), " ")
}

# A month that takes part has at least one run, so what counts is the longest gap between months.
days_between(expression) := 30 * max(gaps) if {
	startswith(expression, "cron(")
	fields := split(trim_suffix(trim_prefix(expression, "cron("), ")"), " ")
	count(fields) == 6
	in_use := months(fields[3])
	gaps := {gap |
		some month in in_use
		later := {other | some other in in_use; other > month} | {next_year | some other in in_use; next_year := other + 12}
		gap := min(later) - month
	}
	count(gaps) > 0
}

unit_days := {
	"minute": 1 / 1440,
	"minutes": 1 / 1440,
	"hour": 1 / 24,
	"hours": 1 / 24,
	"day": 1,
	"days": 1,
}

# months(field): the months that the field of a cron expression names.
months(field) := {month |
	some part in split(upper(field), ",")
	[span, step] := span_and_step(split(part, "/"))
	some month in numbers.range(1, 12)
	month >= span[0]
	month <= span[1]
	(month - span[0]) % step == 0
}

span_and_step(parts) := [span(parts[0]), 1] if count(parts) == 1

span_and_step(parts) := [[span(parts[0])[0], 12], to_number(parts[1])] if {
	count(parts) == 2
	not contains(parts[0], "-")
}

span_and_step(parts) := [span(parts[0]), to_number(parts[1])] if {
	count(parts) == 2
	contains(parts[0], "-")
}

span(text) := [1, 12] if text == "*"

span(text) := [number(text), number(text)] if {
	text != "*"
	not contains(text, "-")
}

span(text) := [number(ends[0]), number(ends[1])] if {
	contains(text, "-")
	ends := split(text, "-")
}

number(text) := to_number(text) if regex.match(`^[0-9]+$`, text)

number(text) := month_names[text]

month_names := {
	"JAN": 1, "FEB": 2, "MAR": 3, "APR": 4, "MAY": 5, "JUN": 6,
	"JUL": 7, "AUG": 8, "SEP": 9, "OCT": 10, "NOV": 11, "DEC": 12,
}
