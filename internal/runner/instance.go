package runner

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/client"
	"github.com/gatehouse-iam/gatehouse/internal/metadata"
)

// proofPrefix starts the client token of an instance whose runner proves itself by the
// secret that the token is the hash of.
const proofPrefix = "gatehouse-run:"

// workload is the service that runners ask, and its operations' prefix.
const (
	workload = "gatehouse-workload"
	target   = "GatehouseWorkload_20261130."
)

// Launch says which instance is wanted [API_RunInstances].
type Launch struct {
	Profile string // name or ARN of the instance profile
	Zone    string // "" leaves it to the server
	Tags    map[string]string
	V1      bool // the metadata service answers requests without a token, too
}

// form is the request. The instance's tags are in its metadata where it has some:
// who gives a program tags wants it to read them.
func (l *Launch) form(secret string) url.Values {
	sum := sha256.Sum256([]byte(secret))
	f := url.Values{
		"ImageId": {authz.ImageID}, "MinCount": {"1"}, "MaxCount": {"1"},
		"ClientToken":                {proofPrefix + base64.RawURLEncoding.EncodeToString(sum[:])},
		"MetadataOptions.HttpTokens": {"required"},
	}
	if l.V1 {
		f.Set("MetadataOptions.HttpTokens", "optional")
	}
	kind := "Name"
	if strings.HasPrefix(l.Profile, "arn:") {
		kind = "Arn"
	}
	f.Set("IamInstanceProfile."+kind, l.Profile)
	if l.Zone != "" {
		f.Set("Placement.AvailabilityZone", l.Zone)
	}
	if len(l.Tags) > 0 {
		f.Set("MetadataOptions.InstanceMetadataTags", "enabled")
		f.Set("TagSpecification.1.ResourceType", "instance")
	}
	for i, key := range slices.Sorted(maps.Keys(l.Tags)) {
		tag := "TagSpecification.1.Tag." + strconv.Itoa(i+1)
		f.Set(tag+".Key", key)
		f.Set(tag+".Value", l.Tags[key])
	}
	return f
}

// Instance is a running instance, as its runner knows it.
type Instance struct {
	ARN, ID, Region string

	server *client.Client
	secret string
}

// RunInstance makes an instance, with the client's credentials. What the instance is
// and may is asked with a secret of its own from then on.
func RunInstance(ctx context.Context, c *client.Client, l Launch) (*Instance, error) {
	var random [32]byte
	rand.Read(random[:]) // never fails
	secret := base64.RawURLEncoding.EncodeToString(random[:])
	var out struct {
		OwnerID   string `xml:"ownerId"`
		Instances []struct {
			ID   string `xml:"instanceId"`
			Zone string `xml:"placement>availabilityZone"`
		} `xml:"instancesSet>item"`
	}
	if err := c.Query(ctx, "ec2", "2016-11-15", "RunInstances", l.form(secret), &out); err != nil {
		return nil, launchAdvice(err)
	}
	if len(out.Instances) != 1 || out.Instances[0].ID == "" || len(out.Instances[0].Zone) < 2 {
		return nil, errors.New("the server's answer to RunInstances holds no instance")
	}
	made := out.Instances[0]
	region := made.Zone[:len(made.Zone)-1] // us-east-1a is in us-east-1
	return &Instance{
		ARN: "arn:aws:ec2:" + region + ":" + out.OwnerID + ":instance/" + made.ID, ID: made.ID, Region: region,
		server: c, secret: secret,
	}, nil
}

// launchAdvice adds to a refusal what to do about it.
func launchAdvice(err error) error {
	var refused *client.Error
	switch {
	case !errors.As(err, &refused):
		return err
	case refused.Code == "UnauthorizedOperation":
		return fmt.Errorf("%w (you need ec2:RunInstances, and iam:PassRole on the profile's role with iam:PassedToService ec2.amazonaws.com)", err)
	case strings.HasPrefix(refused.Code, "InvalidParameterValue") && strings.Contains(refused.Message, "iamInstanceProfile"):
		return fmt.Errorf("%w (aws iam list-instance-profiles shows which there are; aws iam create-instance-profile and add-role-to-instance-profile make one)", err)
	}
	return err
}

func (i *Instance) proof() map[string]string {
	return map[string]string{"instanceArn": i.ARN, "secret": i.secret}
}

// Describe asks the server what the instance is now. It is the source of the
// instance's metadata service.
func (i *Instance) Describe(ctx context.Context) (*metadata.Instance, error) {
	var out struct {
		Instance *metadata.Instance `json:"instance"`
	}
	if err := i.server.UnsignedJSON(ctx, workload, target+"DescribeWorkload", i.proof(), &out); err != nil {
		return nil, err
	}
	if out.Instance == nil {
		return nil, errors.New("the server's answer to DescribeWorkload holds no instance")
	}
	return out.Instance, nil
}

// End says that the program has ended: the instance is terminated.
func (i *Instance) End(ctx context.Context) error {
	return i.server.UnsignedJSON(ctx, workload, target+"EndWorkload", i.proof(), nil)
}
