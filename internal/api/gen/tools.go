package main

// Keeps the module with the models in go.mod.
import _ "github.com/aws/aws-sdk-go/aws/awserr"
