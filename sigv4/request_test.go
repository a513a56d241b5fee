package sigv4

import "time"

// testTime is when the requests of the tests are signed and received.
var testTime = time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
