package ec2

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api/ec2"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
)

func runnerToken(secret string) *string {
	sum := sha256.Sum256([]byte(secret))
	return ptr(RunnerToken + base64.RawURLEncoding.EncodeToString(sum[:]))
}

// What is launched without a wish is what the documentation says.
func TestRunInstancesDefaults(t *testing.T) {
	f := newFixture(t)
	out := must[ec2.RunInstancesOutput](f, "RunInstances", runInput())
	i := out.Instances[0]
	if len(out.Instances) != 1 || !strings.HasPrefix(*out.ReservationId, "r-") || *out.OwnerId != accountID || !strings.HasPrefix(*i.InstanceId, "i-") || len(*i.InstanceId) != 19 {
		t.Fatalf("%+v", out)
	}
	if *i.ImageId != authz.ImageID || *i.InstanceType != "t3.micro" || *i.Placement.AvailabilityZone != "us-east-1a" || *i.State.Name != "pending" || !i.LaunchTime.Equal(start) {
		t.Errorf("%+v", i)
	}
	if m := i.MetadataOptions; *m.HttpTokens != "required" || *m.HttpEndpoint != "enabled" || *m.HttpPutResponseHopLimit != 1 || *m.InstanceMetadataTags != "disabled" {
		t.Errorf("%+v", m)
	}
	if i.IamInstanceProfile != nil || i.PrivateIpAddress != nil || i.StateReason != nil {
		t.Errorf("%+v", i)
	}
}

// What is asked for is what the record holds.
func TestRunInstances(t *testing.T) {
	f := newFixture(t)
	i := f.run(func(in *ec2.RunInstancesInput) {
		in.ImageId, in.InstanceType, in.PrivateIpAddress, in.ClientToken = ptr(authz.ImageID), ptr("m5.large"), ptr("10.0.0.5"), runnerToken("s3cret")
		in.Placement = &ec2.Placement{AvailabilityZone: ptr("us-east-1c"), Tenancy: ptr("default")}
		in.MetadataOptions = &ec2.InstanceMetadataOptionsRequest{HttpTokens: ptr("optional"), HttpEndpoint: ptr("disabled"), HttpPutResponseHopLimit: ptr(int32(64)), InstanceMetadataTags: ptr("enabled")}
		in.TagSpecifications = []ec2.TagSpecification{{ResourceType: ptr("instance"), Tags: []ec2.Tag{{Key: ptr("b"), Value: ptr("2")}, {Key: ptr("a")}}}}
		in.IamInstanceProfile = &ec2.IamInstanceProfileSpecification{Arn: ptr("arn:aws:iam::111122223333:instance-profile/team/readers")}
		in.EbsOptimized, in.Monitoring = ptr(false), &ec2.RunInstancesMonitoringEnabled{Enabled: ptr(false)} // these ask for nothing
		in.InstanceInitiatedShutdownBehavior = ptr("terminate")
	})
	r := f.directory.View(accountID).Instance(*i.InstanceId)
	sum := sha256.Sum256([]byte("s3cret"))
	if r.Type != "m5.large" || r.Zone != "us-east-1c" || r.PrivateIP != "10.0.0.5" || string(r.Proof) != string(sum[:]) || r.Metadata != (directory.MetadataOptions{Disabled: true, V1: true, HopLimit: 64, Tags: true}) {
		t.Errorf("%+v", r)
	}
	if fmt.Sprint(r.Tags) != "[{a } {b 2}]" || r.ProfileARN != "arn:aws:iam::111122223333:instance-profile/team/readers" || !strings.HasPrefix(r.Association, "iip-assoc-") {
		t.Errorf("%+v", r)
	}
	if *i.IamInstanceProfile.Arn != r.ProfileARN || *i.IamInstanceProfile.Id != r.Profile || *i.PrivateIpAddress != "10.0.0.5" {
		t.Errorf("%+v", i)
	}
}

// Every instance of a reservation is one of its own.
func TestRunInstancesCount(t *testing.T) {
	f := newFixture(t)
	in := runInput()
	in.MinCount, in.MaxCount = ptr(int32(2)), ptr(int32(50))
	withProfile("readers")(in)
	out := must[ec2.RunInstancesOutput](f, "RunInstances", in)
	if len(out.Instances) != maxLaunched {
		t.Fatalf("%d instances", len(out.Instances))
	}
	ids, associations := map[string]bool{}, map[string]bool{}
	for n, i := range out.Instances {
		ids[*i.InstanceId] = true
		associations[f.directory.View(accountID).Instance(*i.InstanceId).Association] = true
		if int(*i.AmiLaunchIndex) != n {
			t.Errorf("index %d at %d", *i.AmiLaunchIndex, n)
		}
	}
	if len(ids) != maxLaunched || len(associations) != maxLaunched {
		t.Errorf("%d ids, %d associations", len(ids), len(associations))
	}
	list := must[ec2.DescribeInstancesOutput](f, "DescribeInstances", &ec2.DescribeInstancesInput{})
	if len(list.Reservations) != 1 || len(list.Reservations[0].Instances) != maxLaunched {
		t.Errorf("%d reservations", len(list.Reservations))
	}
}

// What is malformed, is not there or is not done here is refused, each in its words, and
// nothing is launched.
func TestRunInstancesRefuses(t *testing.T) {
	f := newFixture(t)
	f.run(func(in *ec2.RunInstancesInput) { in.PrivateIpAddress = ptr("10.0.0.5") })
	profile := func(arn, name *string) *ec2.IamInstanceProfileSpecification {
		return &ec2.IamInstanceProfileSpecification{Arn: arn, Name: name}
	}
	for want, change := range map[string]func(in *ec2.RunInstancesInput){
		"InvalidParameterValue: Value (0) for parameter minCount is invalid.":            func(in *ec2.RunInstancesInput) { in.MinCount = ptr(int32(0)) },
		"InvalidParameterValue: Value (1) for parameter maxCount is invalid.":            func(in *ec2.RunInstancesInput) { in.MinCount = ptr(int32(2)) },
		"InstanceLimitExceeded: You have requested more instances (21)":                  func(in *ec2.RunInstancesInput) { in.MinCount, in.MaxCount = ptr(int32(21)), ptr(int32(21)) },
		"InvalidAMIID.Malformed: Invalid id: \"ubuntu\"":                                 func(in *ec2.RunInstancesInput) { in.ImageId = ptr("ubuntu") },
		"InvalidAMIID.NotFound: The image id '[ami-0123456789abcdef0]' does not exist":   func(in *ec2.RunInstancesInput) { in.ImageId = ptr("ami-0123456789abcdef0") },
		"InvalidParameterValue: Invalid value 'huge' for InstanceType.":                  func(in *ec2.RunInstancesInput) { in.InstanceType = ptr("huge") },
		"InvalidParameterValue: Invalid availability zone: [eu-west-1a]":                 func(in *ec2.RunInstancesInput) { in.Placement = &ec2.Placement{AvailabilityZone: ptr("eu-west-1a")} },
		"UnsupportedOperation: The parameter Placement.GroupName is not supported":       func(in *ec2.RunInstancesInput) { in.Placement = &ec2.Placement{GroupName: ptr("g")} },
		"UnsupportedOperation: The parameter Placement.Tenancy, but default, is not":     func(in *ec2.RunInstancesInput) { in.Placement = &ec2.Placement{Tenancy: ptr("host")} },
		"InvalidParameterValue: Value (nobody) for parameter iamInstanceProfile.name is": func(in *ec2.RunInstancesInput) { in.IamInstanceProfile = profile(nil, ptr("nobody")) },
		"InvalidParameterValue: Value (readers) for parameter iamInstanceProfile.arn is": func(in *ec2.RunInstancesInput) { in.IamInstanceProfile = profile(ptr("readers"), nil) },
		"InvalidParameterValue: Value (arn:aws:iam::111122223333:instance-profile/readers": func(in *ec2.RunInstancesInput) {
			in.IamInstanceProfile = profile(ptr("arn:aws:iam::111122223333:instance-profile/readers"), nil)
		},
		"InvalidParameterCombination: The parameter iamInstanceProfile.name may not":  func(in *ec2.RunInstancesInput) { in.IamInstanceProfile = profile(ptr("a"), ptr("b")) },
		"MissingParameter: The request must contain the parameter IamInstanceProfile": func(in *ec2.RunInstancesInput) { in.IamInstanceProfile = profile(nil, nil) },
		"InvalidParameterValue: IAM Instance Profile \"arn:aws:iam::111122223333:instance-profile/empty\" has no associated IAM Roles": func(in *ec2.RunInstancesInput) {
			in.IamInstanceProfile = profile(nil, ptr("empty"))
		},
		"InvalidParameterValue: Value (65) for parameter HttpPutResponseHopLimit": func(in *ec2.RunInstancesInput) {
			in.MetadataOptions = &ec2.InstanceMetadataOptionsRequest{HttpPutResponseHopLimit: ptr(int32(65))}
		},
		"InvalidParameterValue: Value (0) for parameter HttpPutResponseHopLimit": func(in *ec2.RunInstancesInput) {
			in.MetadataOptions = &ec2.InstanceMetadataOptionsRequest{HttpPutResponseHopLimit: ptr(int32(0))}
		},
		"UnsupportedOperation: The parameter HttpProtocolIpv6, but disabled, is not": func(in *ec2.RunInstancesInput) {
			in.MetadataOptions = &ec2.InstanceMetadataOptionsRequest{HttpProtocolIpv6: ptr("enabled")}
		},
		"InvalidIPAddress.InUse: Address 10.0.0.5 is in use.":                   func(in *ec2.RunInstancesInput) { in.PrivateIpAddress = ptr("10.0.0.5") },
		"InvalidParameterCombination: The parameter privateIpAddress may not":   func(in *ec2.RunInstancesInput) { in.MaxCount, in.PrivateIpAddress = ptr(int32(2)), ptr("10.0.0.6") },
		"UnsupportedOperation: The parameter SubnetId is not supported":         func(in *ec2.RunInstancesInput) { in.SubnetId = ptr("subnet-1") },
		"UnsupportedOperation: The parameter SecurityGroupIds is not supported": func(in *ec2.RunInstancesInput) { in.SecurityGroupIds = []string{"sg-1"} },
		"UnsupportedOperation: The parameter KeyName is not supported":          func(in *ec2.RunInstancesInput) { in.KeyName = ptr("k") },
		"UnsupportedOperation: The parameter UserData is not supported":         func(in *ec2.RunInstancesInput) { in.UserData = ptr("IyEvYmluL3No") },
		"UnsupportedOperation: The parameter BlockDeviceMappings is not supported": func(in *ec2.RunInstancesInput) {
			in.BlockDeviceMappings = []ec2.BlockDeviceMapping{{DeviceName: ptr("/dev/sda1")}}
		},
		"UnsupportedOperation: The parameter LaunchTemplate is not supported": func(in *ec2.RunInstancesInput) {
			in.LaunchTemplate = &ec2.LaunchTemplateSpecification{LaunchTemplateName: ptr("t")}
		},
		"UnsupportedOperation: The parameter InstanceMarketOptions is not supported": func(in *ec2.RunInstancesInput) {
			in.InstanceMarketOptions = &ec2.InstanceMarketOptionsRequest{MarketType: ptr("spot")}
		},
		"UnsupportedOperation: The parameter EbsOptimized is not supported":              func(in *ec2.RunInstancesInput) { in.EbsOptimized = ptr(true) },
		"UnsupportedOperation: The parameter InstanceInitiatedShutdownBehavior, but":     func(in *ec2.RunInstancesInput) { in.InstanceInitiatedShutdownBehavior = ptr("stop") },
		"InvalidParameterValue: Value for parameter clientToken is invalid.":             func(in *ec2.RunInstancesInput) { in.ClientToken = ptr(strings.Repeat("t", 65)) },
		"InvalidParameterValue: Value (gatehouse-run:AAAA) for parameter clientToken is": func(in *ec2.RunInstancesInput) { in.ClientToken = ptr("gatehouse-run:AAAA") },
		"InvalidParameterValue: Value (gatehouse-run:" + strings.Repeat("/", 43):         func(in *ec2.RunInstancesInput) { in.ClientToken = ptr("gatehouse-run:" + strings.Repeat("/", 43)) },
		"UnsupportedOperation: The parameter TagSpecification.ResourceType, but": func(in *ec2.RunInstancesInput) {
			in.TagSpecifications = []ec2.TagSpecification{{ResourceType: ptr("volume")}}
		},
		"MissingParameter: The request must contain the parameter TagSpecification": func(in *ec2.RunInstancesInput) { in.TagSpecifications = []ec2.TagSpecification{{}} },
		"InvalidParameter: Tag specification must have at least one tag": func(in *ec2.RunInstancesInput) {
			in.TagSpecifications = []ec2.TagSpecification{{ResourceType: ptr("instance")}}
		},
		"InvalidParameterValue: Tag keys starting with 'aws:' are reserved": func(in *ec2.RunInstancesInput) {
			in.TagSpecifications = []ec2.TagSpecification{{ResourceType: ptr("instance"), Tags: []ec2.Tag{{Key: ptr("AWS:x")}}}}
		},
		"MissingParameter: The request must contain the parameter MinCount":      func(in *ec2.RunInstancesInput) { in.MinCount = nil },
		"DryRunOperation: Request would have succeeded, but DryRun flag is set.": func(in *ec2.RunInstancesInput) { in.DryRun = ptr(true) },
	} {
		in := runInput()
		change(in)
		if got := f.refused("RunInstances", in); !strings.HasPrefix(got, want) {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

// Addresses that no machine of its own has.
func TestRunInstancesAddress(t *testing.T) {
	f := newFixture(t)
	for _, address := range []string{"127.0.0.1", "127.8.9.1", "0.0.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255", "::1", "10.0.0", "10.0.0.05", "fd00::1", "::ffff:10.0.0.5", ""} {
		in := runInput()
		in.PrivateIpAddress = &address
		if address == "" {
			continue
		}
		if got := f.refused("RunInstances", in); !strings.HasPrefix(got, "InvalidParameterValue: Value ("+address+") for parameter privateIpAddress is invalid.") {
			t.Errorf("%s: %s", address, got)
		}
	}
}

// An address is free again when its instance is terminated, and only then; it is one's in
// the whole service.
func TestAddressIsFreed(t *testing.T) {
	f := newFixture(t)
	at := func(in *ec2.RunInstancesInput) { in.PrivateIpAddress = ptr("10.0.0.5") }
	first := f.run(at)
	other, err := f.directory.NewTestAccount(t.Context())
	ok(t, err)
	err = f.directory.Update(t.Context(), other.Account, func(tx *directory.Tx) error {
		return tx.CreateInstance(&directory.Instance{PrivateIP: "10.0.0.5"})
	})
	if err == nil || !strings.HasPrefix(err.Error(), "InvalidIPAddress.InUse") {
		t.Errorf("another account takes the address: %v", err)
	}
	must[ec2.TerminateInstancesOutput](f, "TerminateInstances", &ec2.TerminateInstancesInput{InstanceIds: []string{*first.InstanceId}})
	second := f.run(at)
	must[ec2.TerminateInstancesOutput](f, "TerminateInstances", &ec2.TerminateInstancesInput{InstanceIds: []string{*first.InstanceId}})
	if got := f.describe(*second.InstanceId); *got.PrivateIpAddress != "10.0.0.5" {
		t.Errorf("%+v", got)
	}
}

// [Run_Instance_Idempotency]: the same token and parameters launch nothing anew.
func TestRunInstancesAgain(t *testing.T) {
	f := newFixture(t)
	in := runInput()
	in.ClientToken, in.MinCount, in.MaxCount = ptr("once"), ptr(int32(3)), ptr(int32(3))
	first := must[ec2.RunInstancesOutput](f, "RunInstances", in)
	again := must[ec2.RunInstancesOutput](f, "RunInstances", in)
	if *first.ReservationId != *again.ReservationId || len(again.Instances) != 3 {
		t.Errorf("%+v", again)
	}
	for n := range again.Instances {
		if *first.Instances[n].InstanceId != *again.Instances[n].InstanceId {
			t.Errorf("instance %d: %s, %s", n, *first.Instances[n].InstanceId, *again.Instances[n].InstanceId)
		}
	}
	in.InstanceType = ptr("m5.large")
	if got := f.refused("RunInstances", in); !strings.HasPrefix(got, "IdempotentParameterMismatch: ") {
		t.Error(got)
	}
	in.InstanceType, in.DryRun = nil, ptr(true)
	if got := f.refused("RunInstances", in); !strings.HasPrefix(got, "DryRunOperation: ") {
		t.Error(got)
	}
}

// There is a number of living instances that an account does not pass; terminated ones
// do not count.
func TestInstanceLimit(t *testing.T) {
	f := newFixture(t)
	for range directory.MaxInstances / 50 {
		f.change(func(tx *directory.Tx) error {
			for range 50 {
				ok(t, tx.CreateInstance(&directory.Instance{}))
			}
			return nil
		})
	}
	if got := f.refused("RunInstances", runInput()); !strings.HasPrefix(got, "InstanceLimitExceeded: You have requested more instances (1) than your current instance limit of 1000 allows") {
		t.Error(got)
	}
	var some []string
	for i := range f.directory.View(accountID).Instances("") {
		if some = append(some, i.ID); len(some) == 2 {
			break
		}
	}
	must[ec2.TerminateInstancesOutput](f, "TerminateInstances", &ec2.TerminateInstancesInput{InstanceIds: some})
	in := runInput()
	in.MaxCount = ptr(int32(20))
	if out := must[ec2.RunInstancesOutput](f, "RunInstances", in); len(out.Instances) != 2 {
		t.Errorf("%d instances", len(out.Instances))
	}
}

// Terminated instances are seen for an hour, and forgotten at the next launch after it.
func TestEndedIsForgotten(t *testing.T) {
	f := newFixture(t)
	i := f.run()
	must[ec2.TerminateInstancesOutput](f, "TerminateInstances", &ec2.TerminateInstancesInput{InstanceIds: []string{*i.InstanceId}})
	f.now = f.now.Add(time.Hour - time.Second)
	f.run()
	if got := f.describe(*i.InstanceId); *got.State.Name != "terminated" {
		t.Errorf("%s", *got.State.Name)
	}
	f.now = f.now.Add(time.Second)
	f.run()
	if got := f.refused("DescribeInstances", &ec2.DescribeInstancesInput{InstanceIds: []string{*i.InstanceId}}); got != "InvalidInstanceID.NotFound: The instance ID '"+*i.InstanceId+"' does not exist" {
		t.Error(got)
	}
}
