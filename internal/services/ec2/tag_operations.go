package ec2

import (
	"context"
	"slices"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/internal/api/ec2"
	"github.com/gatehouse-iam/gatehouse/internal/authz"
	"github.com/gatehouse-iam/gatehouse/internal/directory"
	"github.com/gatehouse-iam/gatehouse/internal/services"
)

func (s *Service) tagMethods() methods {
	return methods{
		"CreateTags":   services.Write(createTags),
		"DeleteTags":   services.Write(deleteTags),
		"DescribeTags": services.Read(describeTags),
	}
}

// createTags adds tags to instances, all or none [API_CreateTags].
func createTags(_ context.Context, _ *api.Call, tx *directory.Tx, in *ec2.CreateTagsInput) (*ec2.CreateTagsOutput, error) {
	if len(in.Tags) == 0 {
		return nil, fault("MissingParameter", "The request must contain the parameter Tag")
	}
	err := retag(tx, in.Resources, in.DryRun, func(old []api.Tag) ([]api.Tag, error) { return mergeTags(old, authz.EC2Tags(in.Tags)) })
	return &ec2.CreateTagsOutput{}, err
}

// deleteTags takes tags from instances: all of them where none is named, and one that is
// named with its value only where it has that [API_DeleteTags].
func deleteTags(_ context.Context, _ *api.Call, tx *directory.Tx, in *ec2.DeleteTagsInput) (*ec2.DeleteTagsOutput, error) {
	err := retag(tx, in.Resources, in.DryRun, func(old []api.Tag) ([]api.Tag, error) {
		return slices.DeleteFunc(slices.Clone(old), func(t api.Tag) bool { return len(in.Tags) == 0 || slices.ContainsFunc(in.Tags, names(t)) }), nil
	})
	return &ec2.DeleteTagsOutput{}, err
}

// names says whether a tag of DeleteTags means one that an instance has.
func names(t api.Tag) func(ec2.Tag) bool {
	return func(named ec2.Tag) bool {
		return named.Key != nil && *named.Key == t.Key && (named.Value == nil || *named.Value == t.Value)
	}
}

func retag(tx *directory.Tx, ids []string, dry *bool, change func([]api.Tag) ([]api.Tag, error)) error {
	if len(ids) == 0 {
		return fault("MissingParameter", "The request must contain the parameter ResourceId")
	}
	named, err := namedInstances(&tx.View, ids)
	if err != nil {
		return err
	}
	for i := range named {
		c := i.Clone()
		if c.Tags, err = change(i.Tags); err != nil {
			return err
		}
		tx.PutInstance(c)
	}
	return dryRun(dry)
}

// instanceTag is one tag of one instance.
type instanceTag struct {
	instance *directory.Instance
	tag      api.Tag
}

var tagFilters = filters[instanceTag]{
	"key":           func(t instanceTag) []string { return []string{t.tag.Key} },
	"value":         func(t instanceTag) []string { return []string{t.tag.Value} },
	"resource-id":   func(t instanceTag) []string { return []string{t.instance.ID} },
	"resource-type": func(instanceTag) []string { return []string{"instance"} },
}

// describeTags lists the tags of all instances [API_DescribeTags].
func describeTags(_ context.Context, call *api.Call, v *directory.View, in *ec2.DescribeTagsInput) (*ec2.DescribeTagsOutput, error) {
	wanted, err := tagFilters.of(in.Filters)
	if err != nil {
		return nil, err
	}
	p, err := pageOf(call, in.MaxResults, in.NextToken, false, "")
	if err != nil {
		return nil, err
	}
	if err := dryRun(in.DryRun); err != nil {
		return nil, err
	}
	found, next := take(p, tagsAfter(v, p.after), wanted, position)
	out := &ec2.DescribeTagsOutput{Tags: []ec2.TagDescription{}, NextToken: next}
	kind := "instance"
	for _, t := range found {
		out.Tags = append(out.Tags, ec2.TagDescription{Key: &t.tag.Key, Value: &t.tag.Value, ResourceId: &t.instance.ID, ResourceType: &kind})
	}
	return out, nil
}

func position(t instanceTag) string { return t.instance.ID + "/" + t.tag.Key }

// tagsAfter ranges over the tags of all instances in the order of their positions.
func tagsAfter(v *directory.View, after string) func(func(instanceTag) bool) {
	return func(yield func(instanceTag) bool) {
		for i := range v.Instances("") {
			for _, tag := range i.Tags {
				if t := (instanceTag{i, tag}); position(t) > after && !yield(t) {
					return
				}
			}
		}
	}
}
