package policy

import (
	"cmp"
	"strconv"
	"strings"
)

// instant is a moment: seconds since 1970 in UTC and the digits of a fraction
// of a second, without trailing zeros.
type instant struct {
	seconds  int64
	fraction string
}

func (i instant) compare(j instant) int {
	if order := cmp.Compare(i.seconds, j.seconds); order != 0 {
		return order
	}
	return strings.Compare(i.fraction, j.fraction)
}

// parseInstant is C-12: digits are seconds since 1970, anything else one of
// the forms of ISO 8601 that the W3C's note on dates has. A coarse form is its
// first instant, a missing zone UTC. Seconds that 63 bits do not hold are no
// date (choice).
func parseInstant(s string) (instant, bool) {
	if isDigits(s) {
		seconds, err := strconv.ParseInt(s, 10, 64)
		return instant{seconds: seconds}, err == nil
	}
	date, clock, timed := strings.Cut(s, "T")
	days, ok := parseDay(date, timed)
	if !ok {
		return instant{}, false
	}
	i := instant{seconds: days * secondsPerDay}
	if !timed {
		return i, true
	}
	clock, zone, ok := cutZone(clock)
	if !ok {
		return instant{}, false
	}
	clock, fraction, fractional := strings.Cut(clock, ".")
	if fractional && (!isDigits(fraction) || len(clock) != len("hh:mm:ss")) {
		return instant{}, false
	}
	seconds, ok := parseClock(clock)
	i.seconds += seconds - zone
	i.fraction = strings.TrimRight(fraction, "0")
	return i, ok
}

const (
	secondsPerMinute = 60
	secondsPerHour   = 60 * secondsPerMinute
	secondsPerDay    = 24 * secondsPerHour
)

// parseDay reads YYYY-MM or YYYY-MM-DD, the latter only where a time follows,
// and gives the days since 1970.
func parseDay(s string, timed bool) (int64, bool) {
	month, day := 1, 1
	year, ok := number(s, 0, 4)
	if ok && (len(s) == len("YYYY-MM") && !timed || len(s) == len("YYYY-MM-DD")) {
		month, ok = after('-', s, 4, 1, 12)
		if ok && len(s) == len("YYYY-MM-DD") {
			day, ok = after('-', s, 7, 1, daysIn(year, month))
		}
		return daysSince1970(year, month, day), ok
	}
	return 0, false
}

// cutZone takes Z or ±hh:mm off the end and gives its seconds east of UTC.
func cutZone(s string) (clock string, seconds int64, ok bool) {
	if clock, ok = strings.CutSuffix(s, "Z"); ok {
		return clock, 0, true
	}
	at := strings.LastIndexAny(s, "+-")
	if at < 0 {
		return s, 0, true
	}
	zone := s[at+1:]
	if len(zone) != len("hh:mm") {
		return "", 0, false
	}
	seconds, ok = parseClock(zone)
	if s[at] == '-' {
		seconds = -seconds
	}
	return s[:at], seconds, ok
}

// parseClock reads hh:mm or hh:mm:ss.
func parseClock(s string) (int64, bool) {
	if len(s) != len("hh:mm") && len(s) != len("hh:mm:ss") {
		return 0, false
	}
	hour, ok := number(s, 0, 2)
	if !ok || hour > 23 {
		return 0, false
	}
	minute, ok := after(':', s, 2, 0, 59)
	second := 0
	if ok && len(s) == len("hh:mm:ss") {
		second, ok = after(':', s, 5, 0, 59)
	}
	return int64(hour)*secondsPerHour + int64(minute)*secondsPerMinute + int64(second), ok
}

// after reads the separator and the two digits at a place of s.
func after(separator byte, s string, at, least, most int) (int, bool) {
	if s[at] != separator {
		return 0, false
	}
	n, ok := number(s, at+1, 2)
	return n, ok && least <= n && n <= most
}

// number reads so many digits at a place of s.
func number(s string, at, digits int) (n int, ok bool) {
	if len(s) < at+digits || !isDigits(s[at:at+digits]) {
		return 0, false
	}
	for _, c := range []byte(s[at : at+digits]) {
		n = n*10 + int(c-'0')
	}
	return n, true
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// daysSince1970 counts in the Gregorian calendar, with March as the first
// month of a year so that the leap day is its last.
func daysSince1970(year, month, day int) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	leaps := floorDiv(year, 4) - floorDiv(year, 100) + floorDiv(year, 400)
	days := 365*year + leaps + (153*(month-3)+2)/5 + day - 1
	const march0To1970 = 719468
	return int64(days - march0To1970)
}

// floorDiv rounds down where / rounds towards 0: January of the year 0 is in
// the year -1 here.
func floorDiv(a, b int) int {
	if a < 0 {
		return (a - b + 1) / b
	}
	return a / b
}

// dates is the operand of the date operators.
type dates struct {
	holds  comparison
	values []instant
}

func dateOperand(holds comparison) func([]string, bool) operand {
	return func(values []string, _ bool) operand {
		d := &dates{holds: holds, values: make([]instant, 0, len(values))}
		for _, v := range values {
			if i, ok := parseInstant(v); ok {
				d.values = append(d.values, i)
			}
		}
		return d
	}
}

func (d *dates) matches(value string, _ Context) bool {
	i, ok := parseInstant(value)
	if !ok {
		return false
	}
	for _, j := range d.values {
		if d.holds(i.compare(j)) {
			return true
		}
	}
	return false
}
