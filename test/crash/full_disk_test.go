package crash

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/gatehouse-iam/gatehouse/test/e2e/process"
	"github.com/gatehouse-iam/gatehouse/test/model/inventory"
)

// TestFullDisk: what does not fit is refused, what is there can be read, and once
// there is room again nothing that was acknowledged is missing and nothing else is
// there.
func TestFullDisk(t *testing.T) {
	c := &crash{T: t, data: filepath.Join(t.TempDir(), "data")}
	c.start(process.RootEnvironment()...)
	c.prepare()
	c.server.Stop(t)
	file, err := os.Stat(filepath.Join(c.data, "gatehouse.db"))
	if err != nil {
		t.Fatal(err)
	}
	c.server = process.ServeLimited(t, file.Size()+1<<20, nil, "--data", c.data)
	made := c.fill()
	if len(made) < 10 {
		t.Fatalf("only %d users fit", len(made))
	}
	c.holds("with a full disk", made)
	c.server.Kill()
	c.start()
	c.holds("with room again", made)
	t.Logf("%d users fitted", len(made))
	if err := c.user(c.root(), "with-room"); err != nil {
		t.Error(err)
	}
}

// user makes a user with a policy that takes room.
func (c *crash) user(root *iam.Client, name string) error {
	padded := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Sid":"%0900d","Effect":"Deny","Action":"*","Resource":"*"}]}`, 1)
	if _, err := root.CreateUser(context.Background(), &iam.CreateUserInput{UserName: &name}); err != nil {
		return err
	}
	_, err := root.PutUserPolicy(context.Background(), &iam.PutUserPolicyInput{UserName: &name, PolicyName: aws.String("own"), PolicyDocument: &padded})
	return err
}

// fill makes users until the server refuses, which it must do with its own fault,
// and goes on doing. It returns how many policies each user has.
func (c *crash) fill() map[string]int {
	root, made := c.root(), map[string]int{}
	refused := 0
	for i := 0; refused < 5; i++ {
		if i == 5000 {
			c.Fatal("the limit does not limit")
		}
		name := fmt.Sprintf("full-%d", i)
		err := c.user(root, name)
		if err == nil {
			made[name] = 1
			continue
		}
		refused++
		var answer *awshttp.ResponseError
		if !errors.As(err, &answer) || answer.HTTPStatusCode() < http.StatusInternalServerError {
			c.Fatalf("a write that does not fit: %v", err)
		}
		if _, err := root.GetUser(context.Background(), &iam.GetUserInput{UserName: &name}); err == nil {
			made[name] = 0 // the user fitted and its policy did not
		}
	}
	return made
}

// holds checks that the account has the users and nothing else.
func (c *crash) holds(when string, made map[string]int) {
	got, err := inventory.Observe(context.Background(), c.root(), 1000)
	if err != nil {
		c.Fatal(err)
	}
	for name, policies := range made {
		if u, there := got.Users[name]; !there || len(u.Inline) != policies {
			c.Errorf("%s, %s: there %v with %d policies of %d", when, name, there, len(u.Inline), policies)
		}
	}
	if len(got.Users) != len(made) {
		c.Errorf("%s: %d users of %d", when, len(got.Users), len(made))
	}
	for _, fault := range got.Broken() {
		c.Errorf("%s: %s", when, fault)
	}
}
