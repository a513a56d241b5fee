package sigv4

// Chunks verifies the signatures of the chunks of one body, in their order, and of its
// trailer (S3 API Reference, "Signature Calculations for the Authorization Header:
// Transferring Payload in Multiple Chunks", and "… Including Trailing Headers"). It is
// for one goroutine.
type Chunks struct {
	scope, stamp string
	previous     string
}
