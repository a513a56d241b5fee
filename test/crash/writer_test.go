package crash

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go/middleware"
)

const document = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:*","Resource":"*"}]}`

// step is one write: its operation, and the request id of its answer, where there
// was one.
type step struct{ operation, request string }

// entry is what the ledger knows of one user: the writes that were acknowledged,
// and the one that was not.
type entry struct {
	name          string
	steps         []step
	pending       *step
	keyID, secret string
}

// effects is what the writes to a user amount to.
type effects struct {
	exists, attached, member, inline bool
	keys                             int
}

// expected is what some writes amount to.
func (e *entry) expected(steps []step) (x effects) {
	for _, s := range steps {
		switch s.operation {
		case "CreateUser":
			x.exists = true
		case "DeleteUser":
			x.exists = false
		case "AttachUserPolicy", "DetachUserPolicy":
			x.attached = s.operation == "AttachUserPolicy"
		case "AddUserToGroup", "RemoveUserFromGroup":
			x.member = s.operation == "AddUserToGroup"
		case "PutUserPolicy", "DeleteUserPolicy":
			x.inline = s.operation == "PutUserPolicy"
		case "CreateAccessKey":
			x.keys++
		case "DeleteAccessKey":
			x.keys--
		}
	}
	return x
}

// writing is one round of the writers.
type writing struct {
	*crash
	acknowledged func()
}

// write makes one user after the other, with all that belongs to it, and takes
// every third apart again, until the server is gone.
func (w *writing) write(client *iam.Client, writer int) (entries []*entry) {
	for i := 0; ; i++ {
		e := &entry{name: fmt.Sprintf("r%d-w%d-%d", w.round, writer, i)}
		entries = append(entries, e)
		calls := w.making(client, e)
		if i%3 == 2 {
			calls = append(calls, w.taking(client, e)...)
		}
		for _, c := range calls {
			if !w.call(e, c) {
				return entries
			}
		}
	}
}

// call makes one call and notes what came of it.
func (w *writing) call(e *entry, c call) (acknowledged bool) {
	answer, err := c.make(context.Background())
	if err != nil {
		e.pending = &step{operation: c.operation}
		return false
	}
	id, _ := awsmiddleware.GetRequestIDMetadata(answer)
	e.steps = append(e.steps, step{c.operation, id})
	w.acknowledged()
	return true
}

type call struct {
	operation string
	make      func(context.Context) (middleware.Metadata, error)
}

// on is a call of an operation of the client.
func on[In, Out any](operation string, method func(context.Context, *In, ...func(*iam.Options)) (*Out, error), in *In, answer func(*Out) middleware.Metadata) call {
	return call{operation, func(ctx context.Context) (middleware.Metadata, error) {
		out, err := method(ctx, in)
		if err != nil {
			return middleware.Metadata{}, err
		}
		return answer(out), nil
	}}
}

func (w *writing) making(client *iam.Client, e *entry) []call {
	name := &e.name
	return []call{
		on("CreateUser", client.CreateUser, &iam.CreateUserInput{
			UserName: name, Path: aws.String("/crash/"), PermissionsBoundary: &w.boundary,
			Tags: []types.Tag{{Key: aws.String("round"), Value: aws.String(fmt.Sprint(w.round))}, {Key: aws.String("näme"), Value: aws.String("ø")}},
		}, func(o *iam.CreateUserOutput) middleware.Metadata { return o.ResultMetadata }),
		on("AttachUserPolicy", client.AttachUserPolicy, &iam.AttachUserPolicyInput{UserName: name, PolicyArn: &w.policy},
			func(o *iam.AttachUserPolicyOutput) middleware.Metadata { return o.ResultMetadata }),
		on("AddUserToGroup", client.AddUserToGroup, &iam.AddUserToGroupInput{UserName: name, GroupName: aws.String(groupName)},
			func(o *iam.AddUserToGroupOutput) middleware.Metadata { return o.ResultMetadata }),
		on("PutUserPolicy", client.PutUserPolicy, &iam.PutUserPolicyInput{UserName: name, PolicyName: aws.String("own"), PolicyDocument: aws.String(document)},
			func(o *iam.PutUserPolicyOutput) middleware.Metadata { return o.ResultMetadata }),
		on("CreateAccessKey", client.CreateAccessKey, &iam.CreateAccessKeyInput{UserName: name},
			func(o *iam.CreateAccessKeyOutput) middleware.Metadata {
				e.keyID, e.secret = *o.AccessKey.AccessKeyId, *o.AccessKey.SecretAccessKey
				return o.ResultMetadata
			}),
	}
}

func (w *writing) taking(client *iam.Client, e *entry) []call {
	name := &e.name
	return []call{
		on("DeleteAccessKey", client.DeleteAccessKey, &iam.DeleteAccessKeyInput{UserName: name, AccessKeyId: &e.keyID},
			func(o *iam.DeleteAccessKeyOutput) middleware.Metadata { return o.ResultMetadata }),
		on("DeleteUserPolicy", client.DeleteUserPolicy, &iam.DeleteUserPolicyInput{UserName: name, PolicyName: aws.String("own")},
			func(o *iam.DeleteUserPolicyOutput) middleware.Metadata { return o.ResultMetadata }),
		on("RemoveUserFromGroup", client.RemoveUserFromGroup, &iam.RemoveUserFromGroupInput{UserName: name, GroupName: aws.String(groupName)},
			func(o *iam.RemoveUserFromGroupOutput) middleware.Metadata { return o.ResultMetadata }),
		on("DetachUserPolicy", client.DetachUserPolicy, &iam.DetachUserPolicyInput{UserName: name, PolicyArn: &w.policy},
			func(o *iam.DetachUserPolicyOutput) middleware.Metadata { return o.ResultMetadata }),
		on("DeleteUser", client.DeleteUser, &iam.DeleteUserInput{UserName: name},
			func(o *iam.DeleteUserOutput) middleware.Metadata { return o.ResultMetadata }),
	}
}
