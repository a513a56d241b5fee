// Package services is how the services' methods meet the pipeline: an
// Implementation holds a service's methods and authorization rows. A method gets
// decoded, validated input of an authorized call and a view or a transaction; it
// does no authentication, authorization, XML or JSON.
package services

import (
	"context"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

// Implementation is a service as it is served.
type Implementation struct {
	API     *api.Service
	Methods map[string]Method // by operation; one without is NotImplemented
	Rows    authz.Table       // by operation; one for each method
}

// Method is one operation's code. Exactly one of Read and Write is set.
type Method struct {
	Read func(ctx context.Context, call *api.Call, v *directory.View, in any) (any, error)
	// Prepare runs before the transaction of an authorized call, for what takes
	// long: hashing a password.
	Prepare func(ctx context.Context, call *api.Call, in any) (any, error)
	Write   func(ctx context.Context, call *api.Call, tx *directory.Tx, in, prepared any) (any, error)
}

// Read makes a Method of a function that changes nothing.
func Read[In, Out any](f func(ctx context.Context, call *api.Call, v *directory.View, in *In) (*Out, error)) Method {
	return Method{Read: func(ctx context.Context, call *api.Call, v *directory.View, in any) (any, error) {
		return erase(f(ctx, call, v, in.(*In)))
	}}
}

// Write makes a Method of a function that runs in a transaction, perhaps more
// than once: it must change nothing but the transaction.
func Write[In, Out any](f func(ctx context.Context, call *api.Call, tx *directory.Tx, in *In) (*Out, error)) Method {
	return Method{Write: func(ctx context.Context, call *api.Call, tx *directory.Tx, in, _ any) (any, error) {
		return erase(f(ctx, call, tx, in.(*In)))
	}}
}

// WritePrepared is Write with a step before the transaction.
func WritePrepared[In, P, Out any](
	prepare func(ctx context.Context, call *api.Call, in *In) (P, error),
	f func(ctx context.Context, call *api.Call, tx *directory.Tx, in *In, prepared P) (*Out, error),
) Method {
	return Method{
		Prepare: func(ctx context.Context, call *api.Call, in any) (any, error) { return prepare(ctx, call, in.(*In)) },
		Write: func(ctx context.Context, call *api.Call, tx *directory.Tx, in, prepared any) (any, error) {
			return erase(f(ctx, call, tx, in.(*In), prepared.(P)))
		},
	}
}

// erase keeps a nil output nil when it becomes an any.
func erase[Out any](out *Out, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return out, nil
}
