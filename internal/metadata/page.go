package metadata

import (
	"slices"
	"strings"
)

// versions of the metadata tree that AWS has published: all have the same content here
// [instancedata-data-retrieval, "Get the available versions of the instance metadata"].
var versions = []string{
	"1.0", "2007-01-19", "2007-03-01", "2007-08-29", "2007-10-10", "2007-12-15", "2008-02-01", "2008-09-01",
	"2009-04-04", "2011-01-01", "2011-05-01", "2012-01-12", "2014-02-25", "2014-11-05", "2015-10-20",
	"2016-04-19", "2016-06-30", "2016-09-02", "2018-03-28", "2018-08-17", "2018-09-24", "2019-10-01",
	"2020-10-27", "2021-01-03", "2021-03-23", "2021-07-15", "2022-09-24", "2024-04-11", "latest",
}

var versionList = strings.Join(versions, "\n")

const (
	tokenPath       = "api/token"
	credentialsPath = "meta-data/iam/security-credentials/"
	tagsPath        = "meta-data/tags/instance/"
)

// cutVersion splits a path into the version that it begins with and the rest. version
// is "" for what begins with none, and for the list of versions, whose rest is "".
func cutVersion(path string) (version, rest string, ok bool) {
	path = strings.TrimPrefix(path, "/")
	version, rest, _ = strings.Cut(path, "/")
	if version == "latest" || slices.Contains(versions, version) {
		return version, rest, true
	}
	return "", path, false
}

// page is what one request may see of an instance.
type page struct {
	*Instance
	credentials *Credentials // those of the request's version of the service
}

// find is what stands at a path below the version, and its content type: a value, or the
// list of what is in a folder.
func (p page) find(path string) (text []byte, kind []string, ok bool) {
	if role, found := strings.CutPrefix(path, credentialsPath); found && role != "" {
		return p.roleCredentials(role)
	}
	leaves := p.leaves()
	if value, found := leaves[path]; found {
		kind = plainText
		if path == "meta-data/iam/info" {
			kind = jsonText
		}
		return []byte(value), kind, true
	}
	list := folder(leaves, path)
	return []byte(list), plainText, list != ""
}

// roleCredentials is the document of the role's credentials, or of why there are none:
// a document too, with status 200 and another code than Success.
func (p page) roleCredentials(role string) (text []byte, kind []string, ok bool) {
	if role != p.Role {
		return nil, nil, false
	}
	switch {
	case p.Failure != "":
		return p.failure(), jsonText, true
	case p.credentials == nil:
		return nil, nil, false
	}
	return p.credentials.text(), jsonText, true
}

// failure is the document of why there are no credentials.
func (p page) failure() []byte {
	return indented(struct{ Code, Message, LastUpdated string }{p.Failure, p.FailureMessage, p.Launched.UTC().Format(iso)})
}

// leaves are all values below the version. What an instance has none of is not there.
func (p page) leaves() map[string]string {
	leaves := map[string]string{
		"meta-data/ami-id":                         p.Image,
		"meta-data/instance-id":                    p.ID,
		"meta-data/instance-type":                  p.Type,
		"meta-data/local-ipv4":                     p.PrivateIP,
		"meta-data/reservation-id":                 p.Reservation,
		"meta-data/placement/availability-zone":    p.Zone,
		"meta-data/placement/availability-zone-id": p.ZoneID,
		"meta-data/placement/region":               p.Region,
		"meta-data/services/domain":                "amazonaws.com",
		"meta-data/services/partition":             "aws",
		"meta-data/iam/info":                       p.info(),
		"dynamic/instance-identity/document":       p.Document,
		"dynamic/instance-identity/signature":      p.Signature,
		credentialsPath + p.Role:                   p.Role,
	}
	if p.Role == "" {
		delete(leaves, credentialsPath)
	}
	if p.TagsShown {
		for key, value := range p.Tags {
			leaves[tagsPath+key] = value
		}
	}
	for path, value := range leaves {
		if value == "" && !strings.HasPrefix(path, tagsPath) {
			delete(leaves, path)
		}
	}
	return leaves
}

// info is iam/info: which profile the instance has, and what is wrong with it. "" where
// it has none.
func (p page) info() string {
	if p.ProfileARN == "" {
		return ""
	}
	if p.Failure != "" {
		return string(p.failure())
	}
	updated := p.Launched
	if p.credentials != nil {
		updated = p.credentials.Updated
	}
	return string(indented(struct{ Code, LastUpdated, InstanceProfileArn, InstanceProfileId string }{
		"Success", updated.UTC().Format(iso), p.ProfileARN, p.ProfileID,
	}))
}

// folder lists what is in a folder, "" where there is none: names line by line, those of
// folders with a slash, but for the first level.
func folder(leaves map[string]string, path string) string {
	prefix := path
	if prefix != "" && !strings.HasSuffix(prefix, "/") {
		prefix += "/"
	}
	var names []string
	for leaf := range leaves {
		below, found := strings.CutPrefix(leaf, prefix)
		if !found || below == "" {
			continue
		}
		name, _, deeper := strings.Cut(below, "/")
		if deeper && prefix != "" {
			name += "/"
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), "\n")
}
