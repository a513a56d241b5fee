// Package runner starts programs with temporary credentials: of a role, for a person,
// or on an instance, where the program finds them as it would on AWS and never sees
// those of whoever started it.
//
// On Linux an instance's program has a network namespace of its own. This process
// serves the instance's metadata on a socket that was opened in there, at
// 169.254.169.254, and passes on the connections to what the program may reach: the
// server, and what it was told. Elsewhere the program finds a container credentials
// endpoint on loopback, with a token that only it knows.
//
// Nothing is decided here and no credentials are made: what an instance is and may is
// asked of the server, whenever the program asks.
package runner
