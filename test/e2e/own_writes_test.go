package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
)

// once sends every call a single time: a retry would hide a fault.
func once() aws.Retryer { return retry.AddWithMaxAttempts(retry.NewStandard(), 1) }

// connection is the SDK over connections that no other client shares.
func connection(s *process.Server, c process.Credentials) aws.Config {
	return aws.Config{
		Region: s.Region, BaseEndpoint: &s.URL, Retryer: once,
		HTTPClient: process.NewClient(),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken}, nil
		}),
	}
}

// TestReadYourOwnWrites makes something on one connection and reads it at once on
// another, in eight goroutines at a time.
func TestReadYourOwnWrites(t *testing.T) {
	const goroutines, rounds = 8, 250
	server := rootServer(t)
	misses := make(chan error, goroutines*rounds)
	var tasks sync.WaitGroup
	for g := range goroutines {
		writer, reader := iam.NewFromConfig(connection(server, process.Root)), iam.NewFromConfig(connection(server, process.Root))
		tasks.Go(func() {
			for round := range rounds {
				if err := writeAndRead(t.Context(), server, writer, reader, fmt.Sprintf("own-%d-%d", g, round)); err != nil {
					misses <- err
				}
			}
		})
	}
	tasks.Wait()
	close(misses)
	for err := range misses {
		t.Error(err)
	}
	users, err := iam.NewFromConfig(connection(server, process.Root)).GetAccountSummary(t.Context(), nil)
	if err != nil || users.SummaryMap["Users"] != goroutines*rounds/2 {
		t.Errorf("%v users, %v", users, err)
	}
}

// writeAndRead makes a user on one connection and looks for it on another; half of
// the users get a key, which must sign at once, and half are deleted again.
func writeAndRead(ctx context.Context, s *process.Server, writer, reader *iam.Client, name string) error {
	if _, err := writer.CreateUser(ctx, &iam.CreateUserInput{UserName: &name}); err != nil {
		return err
	}
	if _, err := reader.GetUser(ctx, &iam.GetUserInput{UserName: &name}); err != nil {
		return fmt.Errorf("made and not seen: %w", err)
	}
	if (name[len(name)-1]-'0')%2 == 0 {
		return newKeySigns(ctx, s, writer, name)
	}
	if _, err := writer.DeleteUser(ctx, &iam.DeleteUserInput{UserName: &name}); err != nil {
		return err
	}
	if _, err := reader.GetUser(ctx, &iam.GetUserInput{UserName: &name}); err == nil {
		return errors.New("deleted and still seen: " + name)
	}
	return nil
}

// newKeySigns makes the user a key and calls with it.
func newKeySigns(ctx context.Context, s *process.Server, writer *iam.Client, name string) error {
	out, err := writer.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &name})
	if err != nil {
		return err
	}
	key := process.Credentials{AccessKeyID: *out.AccessKey.AccessKeyId, SecretAccessKey: *out.AccessKey.SecretAccessKey}
	c := connection(s, key)
	defer c.HTTPClient.(*http.Client).CloseIdleConnections()
	if _, err := sts.NewFromConfig(c).GetCallerIdentity(ctx, nil); err != nil {
		return fmt.Errorf("a new key does not sign: %w", err)
	}
	return nil
}
