package main

// Keeps the module with the models in go.mod: its code is not used.
//
//lint:ignore SA1019 the models are what it is deprecated for: frozen
import _ "github.com/aws/aws-sdk-go/aws/awserr"
