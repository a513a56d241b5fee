package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/iam"
	"github.com/gatehouse-iam/gatehouse/internal/journal"
	"github.com/gatehouse-iam/gatehouse/policy"
)

// journaled is a data folder whose server runs on, with calls of the last hours:
// "request-0" just now, "request-1" an hour ago, …; odd ones failed, and the last
// is of nobody.
func journaled(t *testing.T) (data string) {
	t.Helper()
	data = t.TempDir()
	j, err := journal.Open(filepath.Join(data, "journal"), journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	})
	for i := 3; i >= 0; i-- {
		arn := "arn:aws:iam::111122223333:user/ana"
		e := journal.Entry{EventID: fmt.Sprint("event-", i), Call: &api.Call{
			Service: iam.API, Operation: iam.API.Operation("GetUser"), Region: "us-east-1", RequestID: fmt.Sprint("request-", i),
			Time:      time.Now().Add(-time.Duration(i)*time.Hour - time.Minute),
			Principal: &api.Principal{Principal: policy.Principal{Kind: policy.User, Account: "111122223333", ARN: arn, EntityARN: arn}, AccessKeyID: "AKIAEXAMPLE"},
		}}
		if i%2 == 1 {
			e.Failure = api.Errorf(404, "NoSuchEntity", "The user with name tom cannot be found.")
		}
		if i == 3 {
			e.Call.Principal = nil
		}
		j.Record(&e)
	}
	if err := j.Flush(); err != nil {
		t.Fatal(err)
	}
	return data
}

// events runs the command; environ is of the process.
func events(environ []string, args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = run(append([]string{"events"}, args...), environ, &out, &err)
	return code, out.String(), err.String()
}

// requests are the request ids of a table, in its order.
func requests(table string) string {
	var ids []string
	for _, line := range strings.Split(strings.TrimSpace(table), "\n")[1:] {
		fields := strings.Fields(line)
		ids = append(ids, strings.TrimPrefix(fields[len(fields)-1], "request-"))
	}
	return strings.Join(ids, " ")
}

func TestEvents(t *testing.T) {
	data := journaled(t)
	for args, want := range map[string]string{
		"":                              "0 1 2 3",
		"--limit 2":                     "0 1",
		"--request-id request-2":        "2",
		"--event-name GetUser --errors": "1 3",
		"--caller arn:aws:iam::111122223333:user/ana": "0 1 2",
		"--access-key AKIAEXAMPLE --errors":           "1",
		"--since 90m":                                 "0 1",
	} {
		t.Run(args, func(t *testing.T) {
			code, out, stderr := events(nil, append([]string{"--data", data}, strings.Fields(args)...)...)
			if code != exitDone || stderr != "" || requests(out) != want {
				t.Errorf("exit code %d, %q, requests %s, want %s", code, stderr, requests(out), want)
			}
		})
	}
}

func TestEventsTable(t *testing.T) {
	_, out, _ := events(nil, "--data", journaled(t))
	lines := strings.Split(out, "\n")
	for i, want := range map[int][]string{
		0: {"TIME", "CALL", "CALLER", "FROM", "RESULT", "REQUEST", "ID"},
		1: {"iam.amazonaws.com", "GetUser", "arn:aws:iam::111122223333:user/ana", "ok", "request-0"},
		2: {"iam.amazonaws.com", "GetUser", "arn:aws:iam::111122223333:user/ana", "NoSuchEntity", "request-1"},
		4: {"iam.amazonaws.com", "GetUser", "-", "NoSuchEntity", "request-3"},
	} {
		fields := strings.Fields(lines[i])
		if i > 0 {
			fields = fields[1:] // without its time
		}
		if strings.Join(fields, " ") != strings.Join(want, " ") {
			t.Errorf("line %d: %q, want %q", i, fields, want)
		}
	}
}

func TestEventsJSON(t *testing.T) {
	code, out, _ := events(nil, "--data", journaled(t), "--output", "json", "--limit", "1")
	var found struct {
		Event struct{ RequestID, EventVersion string }
	}
	if err := json.Unmarshal([]byte(out), &found); err != nil || code != exitDone {
		t.Fatalf("exit code %d, %v: %s", code, err, out)
	}
	if found.Event.RequestID != "request-0" || found.Event.EventVersion != "1.11" {
		t.Errorf("%+v", found)
	}
}

// TestEventsDefaultFolder: as serve has it.
func TestEventsDefaultFolder(t *testing.T) {
	base := t.TempDir()
	if err := os.Symlink(journaled(t), filepath.Join(base, "gatehouse")); err != nil {
		t.Fatal(err)
	}
	if code, out, stderr := events([]string{"XDG_DATA_HOME=" + base}, "--limit", "1"); code != exitDone || requests(out) != "0" {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

// TestEventsExitCodes: 0 found, 1 none, 2 failure.
func TestEventsExitCodes(t *testing.T) {
	data, none := journaled(t), t.TempDir()
	for name, one := range map[string]struct {
		args []string
		code int
		says string
	}{
		"none":             {[]string{"--data", data, "--request-id", "x"}, exitNo, ""},
		"none denied":      {[]string{"--data", data, "--denied"}, exitNo, ""},
		"none as JSON":     {[]string{"--data", data, "--request-id", "x", "--output", "json"}, exitNo, ""},
		"no data folder":   {[]string{"--data", none}, exitFailure, none + " is no data folder of Gatehouse; name it with --data"},
		"no limit":         {[]string{"--data", data, "--limit", "0"}, exitFailure, "--limit: 0 is not accepted"},
		"since the future": {[]string{"--data", data, "--since=-1h"}, exitFailure, "--since: -1h0m0s is not accepted"},
		"unknown output":   {[]string{"--data", data, "--output", "xml"}, exitFailure, "--output"},
		"unknown flag":     {[]string{"--data", data, "--eror"}, exitFailure, "--errors"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, stderr := events(nil, one.args...)
			if code != one.code || !strings.Contains(stderr, one.says) || (one.says == "") != (stderr == "") {
				t.Errorf("exit code %d, want %d: %q", code, one.code, stderr)
			}
		})
	}
}

func TestEventsHelp(t *testing.T) {
	code, out, _ := events(nil, "--help")
	if code != exitDone || !strings.Contains(out, "Example:") || !strings.Contains(out, "--request-id") {
		t.Errorf("exit code %d: %s", code, out)
	}
}
