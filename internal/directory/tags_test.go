package directory

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

func TestMergeTags(t *testing.T) {
	old := []api.Tag{{Key: "cost", Value: "7"}, {Key: "team", Value: "blue"}}
	for _, c := range []struct {
		rule      string
		add, want []api.Tag
	}{
		{"nothing", nil, old},
		{"order of keys", []api.Tag{{Key: "d", Value: ""}}, []api.Tag{old[0], {Key: "d"}, old[1]}},
		{"1.8 other case", []api.Tag{{Key: "TEAM", Value: "x"}}, []api.Tag{{Key: "TEAM", Value: "x"}, old[0]}},
	} {
		t.Run(c.rule, func(t *testing.T) {
			got, err := MergeTags(old, c.add)
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("tags %v, want %v: %v", got, c.want, err)
			}
		})
	}
	if old[1].Value != "blue" {
		t.Error("the old tags were changed")
	}
}

func TestTagLimits(t *testing.T) {
	var fifty []api.Tag
	for i := range MaxTags {
		fifty = append(fifty, api.Tag{Key: fmt.Sprint("k", i)})
	}
	if got, err := NewTags(fifty); err != nil || len(got) != MaxTags {
		t.Errorf("%d tags: %v", len(got), err)
	}
	_, err := MergeTags(fifty, []api.Tag{{Key: "one"}})
	expectError(t, err, "LimitExceeded", "Cannot exceed quota for TagsPerResource: 50")
	if _, err := MergeTags(fifty, []api.Tag{{Key: "K1", Value: "v"}}); err != nil {
		t.Errorf("a replaced tag counts twice: %v", err)
	}
	_, err = NewTags([]api.Tag{{Key: "a"}, {Key: "A"}})
	expectError(t, err, "InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
	_, err = NewTags([]api.Tag{{Key: "co\u017ft"}, {Key: "Cost"}}) // the long s, which folds to s but is no capital of it
	expectError(t, err, "InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
	for _, key := range []string{"aws:x", "AWS:x", "Aws:"} {
		_, err = NewTags([]api.Tag{{Key: key}})
		expectError(t, err, "InvalidInput", "Tag keys that begin with aws: are reserved for system use.")
	}
	if _, err := NewTags([]api.Tag{{Key: "aws"}, {Key: "awsx:y"}}); err != nil {
		t.Errorf("keys of the account's own: %v", err)
	}
}

func TestRemoveTags(t *testing.T) {
	old := []api.Tag{{Key: "a"}, {Key: "B"}, {Key: "c"}}
	if got := RemoveTags(old, []string{"b", "none", "C"}); !slices.Equal(got, old[:1]) {
		t.Errorf("tags %v", got)
	}
	if old[1].Key != "B" {
		t.Error("the old tags were changed")
	}
}
