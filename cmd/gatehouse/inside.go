package main

import "github.com/gatehouse-iam/gatehouse/internal/runner"

// insideCommand is the child of gatehouse run in a network namespace of its own.
type insideCommand struct{}

// Run becomes the program.
func (*insideCommand) Run() error { return runner.Inside() }
